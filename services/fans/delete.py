"""Delete a fan softly: out of every list, with what waited for her cancelled; a tombstone stays behind her messages.

A message that is being sent at that moment is let finish: nobody can take it back. She is back as she was when she
writes, is imported, or is added again.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from db.models import Fan
from db.queries import conversations, fan_departures, fans
from db.unit_of_work import UnitOfWork
from services.live import events
from services.problems import not_found


@dataclass(frozen=True, slots=True)
class Deleted:
    """The ids that no list holds any more."""

    fan_id: UUID
    conversation_id: UUID | None


async def delete(work: UnitOfWork, owner: UUID, fan_id: UUID) -> Deleted:
    """Raises Rejected: NOT_FOUND for an unknown fan and for one who was deleted before."""
    fan = await fans.lock(work.session, owner, fan_id)
    if fan is None or fan.deleted_at is not None:
        raise not_found("fan", ("id",))
    conversation_id = await cancel_waiting(work, fan)
    await fans.change(work.session, owner, fan_id, deleted_at=fans.NOW)
    work.emit(owner, events.fan_deleted(fan, conversation_id))
    return Deleted(fan_id, conversation_id)


async def cancel_waiting(work: UnitOfWork, fan: Fan) -> UUID | None:
    """Cancel what is not under way, each with its event. Gives the id of the fan's conversation, now locked.

    Messages under way are locked before the conversation, as by whoever records that they were sent; and the
    conversation before what waits is looked for, so that nothing is accepted for her in between.
    """
    owner = fan.user_id
    await fan_departures.lock_under_way(work.session, owner, fan.id)
    talk = await fan_departures.lock_conversation(work.session, owner, fan.id)
    for message in await fan_departures.cancel_waiting(work.session, owner, fan.id):
        work.emit(owner, events.message_updated(message))
        if talk is not None and message.id == talk.last_message_id:
            await conversations.take_back_last(work.session, message)
    return talk.id if talk is not None else None
