"""What was deleted at the platform before we had heard of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert as upsert

from db.engine import ReadSession, WriteSession
from db.kept import kept
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
    values = {"owner": owner, "account": creator_account_id, "known_as": platform_message_id}
    found: datetime | None = await _moment.value(session, **values)
    return found


@kept
def _moment() -> Any:
    return select(MessageRemoval.removed_at).where(
        MessageRemoval.user_id == bindparam("owner"),
        MessageRemoval.creator_account_id == bindparam("account"),
        MessageRemoval.platform_message_id == bindparam("known_as"),
    )
