"""A message that was unlocked: when, and for what price."""

from __future__ import annotations

from db.models import Message, Payment
from db.queries import messages
from db.unit_of_work import UnitOfWork
from services.live import events


async def mark_purchased(work: UnitOfWork, message: Message, payment: Payment) -> None:
    """Once, with its event. A removed message is marked all the same, and nobody is told."""
    purchased = await messages.purchase(
        work.session, message.user_id, message.id, payment.paid_at, payment.amount_cents
    )
    if purchased is not None and purchased.removed_at is None:
        work.emit(message.user_id, events.message_updated(purchased))
