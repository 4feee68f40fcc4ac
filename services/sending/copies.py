"""A platform's message that was taken in as one of its own app before it was known to be ours: one of the two goes."""

from __future__ import annotations

from typing import Any

import structlog

from db.models import Message
from db.queries import conversations, message_copies, messages
from db.queries.live_events import NewEvent
from db.unit_of_work import UnitOfWork
from services.live import events

log = structlog.get_logger(service="sending")


async def make_room(work: UnitOfWork, message: Message, platform_message_id: str | None) -> dict[str, Any]:
    """What the platform's id brings to our message: the id, and what was learnt of a copy of it, which is removed."""
    if platform_message_id is None or message.creator_account_id is None:
        return {}
    holder = await messages.by_platform_id(
        work.session, message.user_id, message.creator_account_id, platform_message_id
    )
    if holder is None or holder.id == message.id:
        return {"platform_message_id": platform_message_id}
    if holder.origin != "PLATFORM_APP":
        # One of the two is not what it is taken for; neither is sent again for it, and nobody is shown twice.
        log.warning("platform_id_taken", action="settle", messageId=str(message.id), userId=str(message.user_id))
        return {}
    learnt = {"platform_message_id": platform_message_id, "purchased_at": holder.purchased_at}
    await _remove(work, holder, message)
    return learnt


async def _remove(work: UnitOfWork, holder: Message, message: Message) -> None:
    removed = _removed(holder)
    await message_copies.replace(work.session, message.user_id, holder.id, message.id)
    work.emit(message.user_id, removed)
    if changed := await conversations.take_back_last(work.session, message):
        work.emit(message.user_id, events.conversation_updated(changed))


def _removed(message: Message) -> NewEvent:
    return NewEvent(
        "message_removed",
        creator_account_id=message.creator_account_id,
        conversation_id=message.conversation_id,
        fan_id=message.fan_id,
        message_id=message.id,
    )
