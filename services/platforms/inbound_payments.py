"""Trusted webhooks about money, in our own words: unlocks, tips, subscriptions. Pure.

The gateway tells them as notifications of the platform: `id` is the notification's, the amount stands in a field or
among the words (`replacePairs`), and an unlocked message is named in the link to it. `transactions.new` tells the same
payments a second time, and is not worked on.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.platforms.inbound_fields import amount, fan_of, first_moment, message_of
from services.platforms.interface import InboundEnvelope, InboundPerson, MalformedWebhook
from services.platforms.replies import identifier

PAID = ("amountGross", "amount", "price", "{AMOUNT}", "{PRICE}")
"""What the fan paid, before the platform's share."""
WHEN = ("createdAt", "created_at")


@dataclass(frozen=True, slots=True)
class InboundPayment:
    """What a fan paid, in US cents. `key` recognises the payment; `deliberate`: she did it now, it is no renewal.

    `platform_message_id` is the message that was unlocked.
    """

    kind: str
    key: str
    fan: InboundPerson
    amount_cents: int
    paid_at: datetime
    platform_message_id: str | None = None
    deliberate: bool = True


def unlock(envelope: InboundEnvelope) -> InboundPayment:
    """Read a `messages.ppv.unlocked`. Raises MalformedWebhook."""
    payload = envelope.payload
    message_id = message_of(payload)
    if message_id is None:
        raise MalformedWebhook("it does not say which message")
    key, inner = identifier(payload.get("id")) or message_id, payload.get("message")
    cents = amount(payload, PAID) or (amount(inner, ("price",)) if isinstance(inner, dict) else None)
    return _payment("UNLOCK", envelope, _some(cents), key, message_id)


def tip(envelope: InboundEnvelope) -> InboundPayment:
    """Read a `tips.received`. Raises MalformedWebhook."""
    return _payment("TIP", envelope, _some(amount(envelope.payload, PAID)), identifier(envelope.payload.get("id")))


def subscription(envelope: InboundEnvelope, *, renewed: bool) -> InboundPayment:
    """Read a `subscriptions.new` or `.renewed`; 0 where it was free or no price is told. Raises MalformedWebhook."""
    payload = envelope.payload
    cents = amount(payload, PAID) or 0
    return _payment("SUBSCRIPTION", envelope, cents, identifier(payload.get("id")), deliberate=not renewed)


def _some(cents: int | None) -> int:
    if cents is None:
        raise MalformedWebhook("the amount is missing")
    return cents


def _payment(
    kind: str,
    envelope: InboundEnvelope,
    cents: int,
    key: str | None,
    platform_message_id: str | None = None,
    *,
    deliberate: bool = True,
) -> InboundPayment:
    told = first_moment(envelope.payload, *WHEN)
    paid_at, fan = told or envelope.received_at, fan_of(envelope.payload)
    if paid_at is None:
        raise MalformedWebhook("createdAt is missing or odd")
    return InboundPayment(
        kind=kind,
        key=key or _hashed(fan.platform_fan_id, cents, paid_at),
        fan=fan,
        amount_cents=cents,
        paid_at=paid_at,
        platform_message_id=platform_message_id,
        deliberate=deliberate,
    )


def _hashed(*known_by: Any) -> str:
    """Without an id of its own a payment is known by fan, amount and moment."""
    return hashlib.sha256("\n".join(map(str, known_by)).encode()).hexdigest()
