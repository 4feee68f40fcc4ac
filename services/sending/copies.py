"""A platform's message that was taken in as one of its own app before it was known to be ours: its copy goes."""

from __future__ import annotations

from typing import Any

import structlog

from db.models import Message
from db.queries import conversations, message_copies, message_removals, platform_messages
from db.unit_of_work import UnitOfWork
from services.live import events

log = structlog.get_logger(service="sending")


async def make_room(work: UnitOfWork, message: Message, platform_message_id: str | None) -> dict[str, Any]:
    """The columns by which a message gets its platform id; a copy that has it already is removed."""
    if platform_message_id is None or message.creator_account_id is None:
        return {}
    holder = await platform_messages.find(
        work.session, message.user_id, message.creator_account_id, platform_message_id
    )
    if holder is not None and holder.id != message.id:
        if holder.origin != "PLATFORM_APP":
            # One of the two is not what it is taken for. Neither is sent again for it, and nobody is shown twice.
            log.warning("platform_id_taken", action="settle", messageId=str(message.id), userId=str(message.user_id))
            return {}
        await _remove(work, holder)
    return {"platform_message_id": platform_message_id}


async def _remove(work: UnitOfWork, copy: Message) -> None:
    """What was told of the copy, that it was paid for or deleted, is told of the message once that has its id."""
    owner, conversation_id = copy.user_id, copy.conversation_id
    if copy.removed_at is None:
        work.emit(owner, events.message_removed(copy))
    elif copy.creator_account_id is not None and copy.platform_message_id is not None:
        ids = (copy.creator_account_id, copy.platform_message_id)
        await message_removals.remember(work.session, owner, *ids, copy.removed_at)
    await message_copies.remove(work.session, owner, copy.id)
    work.emit(owner, events.conversation_updated(await conversations.recount(work.session, owner, conversation_id)))
