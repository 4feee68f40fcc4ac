"""What is left of a message whose fan was deleted or erased while it was on its way."""

from __future__ import annotations

from db.models import Message
from db.queries import conversations, fan_departures, fans, messages
from db.unit_of_work import UnitOfWork
from services.live import events


async def settle(work: UnitOfWork, message: Message) -> None:
    """To be called with the message's new status, in the transaction that records how its attempt ended.

    Nothing happens while the fan is here. Else a message that would be tried again is cancelled, one that may have
    arrived stays unknown and is not repeated, and of an erased fan's message nothing is kept that the platform's answer
    has brought back.
    """
    deleted_at, erased_at = await fans.departure(work.session, message.user_id, message.fan_id)
    if deleted_at is None:
        return
    if message.status == "UNKNOWN":
        await messages.move(work.session, message.user_id, message.id, ("UNKNOWN",), not_before=None)
    cancelled = await messages.move(
        work.session, message.user_id, message.id, ("QUEUED",), status=messages.ended("CANCELLED"), not_before=None
    )
    if cancelled is not None:
        work.emit(message.user_id, events.message_updated(cancelled))
        await conversations.take_back_last(work.session, cancelled)
    if erased_at is not None:
        await fan_departures.blank_attempts(work.session, message.user_id, message.fan_id)
        await fan_departures.blank_messages(work.session, message.user_id, message.fan_id)
