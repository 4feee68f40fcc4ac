"""A `messages.sent` in our own words: what the account has sent, from here or in the platform's own app. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.platforms.inbound import received_message
from services.platforms.inbound_fields import person
from services.platforms.interface import InboundEnvelope, InboundPerson, MalformedWebhook, Media, SentCopy
from services.platforms.webhook import MESSAGE_RECEIVED, MESSAGE_SENT


@dataclass(frozen=True, slots=True)
class AnnouncedMessage:
    """The platform's message, the fan it went to, and what went with it."""

    copy: SentCopy
    recipient: InboundPerson
    media: tuple[Media, ...]


def announced_message(envelope: InboundEnvelope) -> AnnouncedMessage:
    """Raises MalformedWebhook for another kind and for missing or odd fields."""
    recipient = envelope.payload.get("toUser")
    if envelope.kind != MESSAGE_SENT or not isinstance(recipient, dict):
        raise MalformedWebhook("not a message of the account")
    to = person(recipient)
    # But for the person it has the fields of a fan's message.
    same = replace(envelope, kind=MESSAGE_RECEIVED, payload=envelope.payload | {"fromUser": recipient})
    message = received_message(same)
    copy = SentCopy(message.platform_message_id, message.text, message.price_cents, message.sent_at)
    return AnnouncedMessage(copy, to, message.media)
