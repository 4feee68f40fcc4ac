"""A message that is here twice: one row goes, and nothing points to it any more."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, update

from db.engine import WriteSession
from db.models import Conversation, Message, Payment

REFERENCES = frozenset({"attempts.message_id", "conversations.last_message_id", "payments.message_id"})
"""Every column that names a message. A copy has no attempts: it was not sent from here."""


async def remove(session: WriteSession, owner: UUID, copy_id: UUID) -> None:
    """The conversation has to be counted anew afterwards; payments for the copy find their message anew."""
    await session.execute(
        update(Conversation)
        .where(Conversation.user_id == owner, Conversation.last_message_id == copy_id)
        .values(last_message_id=None)
    )
    await session.execute(
        update(Payment)
        .where(Payment.user_id == owner, Payment.message_id == copy_id)
        .values(message_id=None, campaign_id=None)
    )
    await session.execute(delete(Message).where(Message.user_id == owner, Message.id == copy_id))
