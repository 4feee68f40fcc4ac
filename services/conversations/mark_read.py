"""Mark what a user has seen of a conversation as read."""

from __future__ import annotations

from uuid import UUID

from db.models import Conversation
from db.queries import conversations, messages
from db.queries.keyset import Position
from db.unit_of_work import Transactions, UnitOfWork
from services.live import events
from services.problems import not_found


async def mark_read(
    transactions: Transactions, owner: UUID, conversation_id: UUID, through_message_id: UUID | None
) -> Conversation:
    """Incoming messages up to and with one, or all there are now, become read; gives the conversation as it stands.

    The conversation is locked first, as it is for each new message: one that comes meanwhile stays unread. Raises
    Rejected: NOT_FOUND.
    """
    async with transactions() as work:
        conversation = await conversations.lock(work.session, owner, conversation_id)
        if conversation is None:
            raise not_found("conversation", ("id",))
        through = await _place(work, conversation, through_message_id)
        unread = await messages.unread_after(work.session, owner, conversation.id, through) if through else 0
        changed = await messages.mark_read(work.session, owner, conversation.id, through)
        if not changed and conversation.unread_count == unread:
            return conversation
        conversation = await conversations.change(work.session, owner, conversation.id, unread_count=unread)
        work.emit(owner, events.conversation_updated(conversation))
        return conversation


async def _place(work: UnitOfWork, conversation: Conversation, message_id: UUID | None) -> Position | None:
    if message_id is None:
        return None
    message = await messages.get(work.session, conversation.user_id, message_id)
    if message is None or message.conversation_id != conversation.id:
        raise not_found("message in this conversation", ("throughMessageId",))
    return messages.position(message)
