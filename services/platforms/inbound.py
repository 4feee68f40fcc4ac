"""Trusted webhooks about messages, in our own words. One function for each kind of event; pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from services.platforms.inbound_fields import cents, message_of, text
from services.platforms.interface import InboundEnvelope, InboundMessage, MalformedWebhook, Media
from services.platforms.listings import moment_of
from services.platforms.markup import plain
from services.platforms.replies import identifier
from services.platforms.webhook import MESSAGE_DELETED, MESSAGE_RECEIVED

_TYPES = {"photo": "IMAGE", "image": "IMAGE", "gif": "IMAGE", "video": "VIDEO", "audio": "AUDIO"}
_MAX_MEDIA = 100


def received_message(envelope: InboundEnvelope) -> InboundMessage:
    """Read a `messages.received`. Raises MalformedWebhook for another kind and for missing or odd fields."""
    payload, author = envelope.payload, envelope.payload.get("fromUser")
    words, sent_at = payload.get("text"), moment_of(payload.get("createdAt"))
    if envelope.kind != MESSAGE_RECEIVED or not isinstance(author, dict):
        raise MalformedWebhook("not a message of a fan")
    message_id, fan_id = identifier(payload.get("id")), identifier(author.get("id"))
    if message_id is None or fan_id is None or sent_at is None:
        raise MalformedWebhook("id, fromUser.id or createdAt is missing or odd")
    if not isinstance(words, str):
        raise MalformedWebhook("text is missing or odd")
    return InboundMessage(
        platform_message_id=message_id,
        platform_fan_id=fan_id,
        handle=text(author, "username"),
        name=text(author, "name"),
        avatar=text(author, "avatar"),
        text=plain(words),
        price_cents=cents(payload.get("price")),
        media=tuple(_media(payload)),
        sent_at=sent_at,
    )


def removed_message(envelope: InboundEnvelope) -> str:
    """The platform's id of the message a `messages.deleted` tells of. Raises MalformedWebhook."""
    message_id = message_of(envelope.payload)
    if envelope.kind != MESSAGE_DELETED or message_id is None:
        raise MalformedWebhook("id is missing or odd")
    return message_id


def _media(payload: dict[str, Any]) -> Iterator[Media]:
    listed, previews = payload.get("media") or [], payload.get("previews") or []
    if not isinstance(listed, list) or not isinstance(previews, list):
        raise MalformedWebhook("media is odd")
    shown = {identifier(item) for item in previews} - {None}
    for entry in listed[:_MAX_MEDIA]:
        if not isinstance(entry, dict) or not (media_id := identifier(entry.get("id"))):
            raise MalformedWebhook("media is odd")
        url, kind = _address(entry), _TYPES.get(str(entry.get("type")), "FILE")
        yield Media(kind, url, None if url else media_id, preview=media_id in shown)


def _address(entry: dict[str, Any]) -> str | None:
    files = entry.get("files")
    full = files.get("full") if isinstance(files, dict) else None
    candidates = (full.get("url") if isinstance(full, dict) else full, entry.get("full"), entry.get("src"))
    return next((url for url in candidates if isinstance(url, str) and _is_http(url)), None)


def _is_http(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)
