"""Building the exact request that sends a message. Pure: what must be uploaded is uploaded before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from services.platforms.dialect import Dialect
from services.platforms.interface import Media, OutgoingMessage, PreparedRequest, RequestRefused
from services.platforms.markup import marked_up
from services.platforms.price import price_problem

_SEGMENT = re.compile(r"(?!\.+$)[A-Za-z0-9._-]{1,255}", re.ASCII)


def is_segment(value: str) -> bool:
    """May this id or handle stand in a path as it is? Nothing that could lead elsewhere may."""
    return _SEGMENT.fullmatch(value) is not None


def check(dialect: Dialect, platform_fan_id: str, message: OutgoingMessage) -> None:
    """Raises RequestRefused for what this platform will never take."""
    if not is_segment(platform_fan_id):
        raise RequestRefused("The fan's platform id is not one of this platform.")
    if problem := price_problem(dialect.capabilities, message.price_cents, bool(message.media)):
        raise RequestRefused(problem[2])
    for media in message.media:
        _check_media(dialect, media)


def composed(
    dialect: Dialect,
    account_id: str,
    platform_fan_id: str,
    message: OutgoingMessage,
    media: Sequence[tuple[str, bool]],
) -> PreparedRequest:
    """The request for a checked message; `media` gives the name of each attachment and whether it is a preview."""
    body: dict[str, Any] = {"text": marked_up(message.text)}
    if message.price_cents:
        body["price"] = dialect.amount(message.price_cents)
    if media:
        body["mediaFiles"] = [_named(name) for name, _ in media]
        body["previews"] = [_named(name) for name, preview in media if preview]
    return PreparedRequest("POST", f"/{account_id}/chats/{platform_fan_id}/messages", body)


def _check_media(dialect: Dialect, media: Media) -> None:
    if (media.url is None) == (media.platform_media_id is None):
        raise RequestRefused("An attachment has either an address or a platform media id.")
    schemes = ("https",) if dialect.secure_media_only else ("https", "http")
    if media.url is not None and urlsplit(media.url).scheme not in schemes:
        raise RequestRefused(f"Media addresses on this platform begin with {' or '.join(schemes)}.")


def _named(name: str) -> int | str:
    # The media of the vault are numbers to the gateway, uploads are names.
    return int(name) if name.isascii() and name.isdigit() and len(name) <= 18 else name
