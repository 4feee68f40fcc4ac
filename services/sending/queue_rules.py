"""The rules a message keeps before it may enter the queue, whoever hands it over. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic_core import from_json

from services import rules
from services.problems import InvalidInput, Path, invalid
from services.sending.payload import QueueMessage

MAX_CONTENT = 5000


def problems(message: QueueMessage) -> list[InvalidInput]:
    """Everything that is wrong with it, each with the name its field has in the payload."""
    return [
        *_required(message.user_id.int, ("userId",)),
        *_required(message.recipient_id.int, ("recipientId",)),
        *rules.text(message.content, ("content",), longest=MAX_CONTENT),
        *(found for place, url in enumerate(message.media_urls) for found in rules.url(url, ("mediaUrls", str(place)))),
        *rules.between(message.priority, ("metadata", "priority"), 1, 10),
        *_metadata(message.metadata),
    ]


def _required(value: int, path: Path) -> Iterator[InvalidInput]:
    if not value:
        yield invalid("It must not be empty.", path, "required")


def _metadata(metadata: Mapping[str, Any]) -> Iterator[InvalidInput]:
    """Python writes and reads JSON that others do not (NaN, half a surrogate pair): the worker's reader decides."""
    try:
        from_json(json.dumps({"metadata": dict(metadata)}, allow_nan=False))
    except (ValueError, TypeError, RecursionError):
        yield invalid("It must be JSON.", ("metadata",), "json")
