"""What a caller wants sent, and the rules it must keep before anything is stored. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services import rules
from services.platforms.interface import Media, OutgoingMessage
from services.problems import InvalidInput, Path, invalid

MAX_TEXT = 5000
MAX_ATTACHMENTS = 20
LEAST_URGENT, MOST_URGENT, USUAL_PRIORITY = 1, 10, 5


@dataclass(frozen=True, slots=True)
class SendRequest:
    """One message for one fan, addressed by conversation or by fan; `metadata` is the caller's own."""

    text: str
    conversation_id: UUID | None = None
    fan_id: UUID | None = None
    price_cents: int | None = None
    attachments: tuple[Media, ...] = ()
    priority: int | None = None
    scheduled_at: datetime | None = None
    sent_by_ai: bool = False
    metadata: Any = None
    expected_last_message_id: UUID | None = None
    idempotency_key: str | None = None

    @property
    def outgoing(self) -> OutgoingMessage:
        """What the platform is asked to send: a price of 0 is no price."""
        return OutgoingMessage(self.text, self.price_cents or None, self.attachments)

    @property
    def input_hash(self) -> str:
        """Tells whether two requests with one idempotency key ask for the same."""
        return hash_of(asdict(self), self.priority, self.price_cents)


def hash_of(fields: dict[str, Any], priority: int | None, price_cents: int | None) -> str:
    """What is left out and what is said as its default ask for the same."""
    usual = {"priority": None if priority == USUAL_PRIORITY else priority, "price_cents": price_cents or None}
    content = json.dumps(fields | usual, default=str, sort_keys=True)
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


def only_too_late(found: Sequence[InvalidInput], root: Path = ("input",)) -> bool:
    """Nothing is wrong but the time, which may have been right when the same request came first."""
    return all(problem.path == (*root, "scheduledAt") for problem in found)


def problems(request: SendRequest, now: datetime, root: Path = ("input",)) -> Iterator[InvalidInput]:
    """Everything that is wrong with the request by itself; what depends on stored rows is checked later."""
    if (request.conversation_id is None) == (request.fan_id is None):
        yield invalid("Give exactly one of conversationId and fanId.", root, "exactly_one")
    yield from rules.text(request.text, (*root, "text"), longest=MAX_TEXT)
    yield from rules.cents(request.price_cents, (*root, "priceCents"))
    if request.priority is not None:
        yield from rules.between(request.priority, (*root, "priority"), LEAST_URGENT, MOST_URGENT)
    yield from media_problems(request.attachments, (*root, "attachments"))
    yield from rules.schedule(request.scheduled_at, (*root, "scheduledAt"), now)
    yield from rules.metadata(request.metadata, (*root, "metadata"))
    if request.idempotency_key is not None:
        yield from rules.text(request.idempotency_key, (*root, "idempotencyKey"), longest=rules.MAX_KEY)


def media_problems(attachments: tuple[Media, ...], path: Path) -> Iterator[InvalidInput]:
    yield from rules.at_most(attachments, path, MAX_ATTACHMENTS)
    for number, media in enumerate(attachments[:MAX_ATTACHMENTS]):
        here = (*path, str(number))
        if (media.url is None) == (media.platform_media_id is None):
            yield invalid("Give exactly one of url and platformMediaId.", here, "exactly_one")
        elif media.url is not None:
            yield from rules.url(media.url, (*here, "url"))
        elif media.platform_media_id is not None:
            yield from rules.text(media.platform_media_id, (*here, "platformMediaId"), longest=255)
