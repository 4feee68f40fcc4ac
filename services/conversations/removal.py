"""Remove a message that was deleted at the platform: softly, so that payments and counts of what was sent stay true.

It is in no list, count or search any more. Its row stays, read and marked, and is not shown by its id either.
"""

from __future__ import annotations

from datetime import datetime

from db.models import CreatorAccount, Message
from db.queries import conversations, creator_accounts, message_removals, messages, platform_messages
from db.unit_of_work import UnitOfWork
from services.live import events


async def take_out(work: UnitOfWork, account: CreatorAccount, platform_message_id: str, removed_at: datetime) -> None:
    """Once, whenever it comes: a message that is not known yet is remembered, and never appears."""
    owner = account.user_id
    await creator_accounts.hold(work.session, owner, account.id)
    message = await platform_messages.find(work.session, owner, account.id, platform_message_id)
    if message is None:
        await message_removals.remember(work.session, owner, account.id, platform_message_id, removed_at)
    else:
        await remove_message(work, message, removed_at)


async def remove_message(work: UnitOfWork, message: Message, removed_at: datetime) -> None:
    """Mark it and set its conversation right. Nothing where it was removed before."""
    if message.direction == "IN":
        # Whoever marks a conversation as read locks it first and her messages then; whoever sends, the other way round.
        await conversations.lock(work.session, message.user_id, message.conversation_id)
    removed = await messages.remove(work.session, message.user_id, message.id, removed_at)
    if removed is None:
        return
    talk = await conversations.recount(work.session, removed.user_id, removed.conversation_id)
    work.emit(removed.user_id, events.message_removed(removed))
    work.emit(removed.user_id, events.conversation_updated(talk))
