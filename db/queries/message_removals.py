"""What was deleted at the platform before we had heard of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert

from db.engine import ReadSession, WriteSession
from db.models import MessageRemoval, new_id


async def remember(
    session: WriteSession, owner: UUID, creator_account_id: UUID, platform_message_id: str, removed_at: datetime
) -> None:
    """Doing it again changes nothing."""
    values = {"creator_account_id": creator_account_id, "platform_message_id": platform_message_id}
    statement = upsert(MessageRemoval).values(user_id=owner, id=new_id(), removed_at=removed_at, **values)
    await session.execute(statement.on_conflict_do_nothing())


async def moment(
    session: ReadSession, owner: UUID, creator_account_id: UUID, platform_message_id: str
) -> datetime | None:
    """When a message that was not known then was removed; None: it was not."""
    query = select(MessageRemoval.removed_at).where(
        MessageRemoval.user_id == owner,
        MessageRemoval.creator_account_id == creator_account_id,
        MessageRemoval.platform_message_id == platform_message_id,
    )
    return await session.scalar(query)
