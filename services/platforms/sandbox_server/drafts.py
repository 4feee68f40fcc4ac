"""Reading the body of a message that is to be sent. Pure."""

from __future__ import annotations

import json
from typing import Any

from services.platforms.markup import plain
from services.platforms.price import cents_of
from services.platforms.sandbox_server.platform import Draft
from services.platforms.sandbox_server.refusals import Refusal

MAX_TEXT_LENGTH = 5_000
MAX_MEDIA = 50
MAX_PRICE_CENTS = 20_000
MIN_PRICE_CENTS = 100


def document(body: bytes) -> Any:
    """The body as JSON; None where it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def draft(body: Any) -> Draft:
    """Raises Refusal (422) naming what is wrong."""
    if not isinstance(body, dict) or not isinstance(text := body.get("text"), str):
        raise Refusal(422, "INVALID", "The text field is required.")
    media, previews = _names(body, "mediaFiles"), _names(body, "previews")
    written = plain(text)
    if not written and not media:
        raise Refusal(422, "INVALID", "The text field is required.")
    if len(written) > MAX_TEXT_LENGTH:
        raise Refusal(422, "INVALID", f"The text may not be longer than {MAX_TEXT_LENGTH} characters.")
    if not set(previews) <= set(media):
        raise Refusal(422, "INVALID", "All previews must also be in mediaFiles.")
    return Draft(written, _price(body.get("price")), media, previews)


def _price(value: object) -> int | None:
    try:
        cents = cents_of(value)
    except ValueError:
        cents = -1
    if cents is not None and not MIN_PRICE_CENTS <= cents <= MAX_PRICE_CENTS:
        raise Refusal(422, "INVALID", "The price must be 0 or between 1 and 200.")
    return cents


def _names(body: dict[str, Any], field: str) -> tuple[int | str, ...]:
    listed = body.get(field) or []
    if not isinstance(listed, list) or len(listed) > MAX_MEDIA:
        raise Refusal(422, "INVALID", f"{field} must be a list of at most {MAX_MEDIA} media.")
    if not all(isinstance(name, int | str) and not isinstance(name, bool) for name in listed):
        raise Refusal(422, "INVALID", f"{field} must name media.")
    return tuple(listed)
