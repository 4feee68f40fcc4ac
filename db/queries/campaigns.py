"""Campaigns."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, update

from db.engine import ReadSession, WriteSession
from db.models import Campaign


async def get_many(session: ReadSession, owner: UUID, ids: Sequence[UUID]) -> Sequence[Campaign]:
    query = select(Campaign).where(Campaign.user_id == owner, Campaign.id.in_(ids))
    return (await session.scalars(query)).all()


async def reopen(session: WriteSession, owner: UUID, ids: Sequence[UUID]) -> None:
    """A completed campaign with messages to send again is active again, or nobody would send them."""
    await session.execute(
        update(Campaign)
        .where(Campaign.user_id == owner, Campaign.id.in_(ids), Campaign.status == "COMPLETED")
        .values(status="ACTIVE", completed_at=None, version=Campaign.version + 1)
        .execution_options(synchronize_session=False)
    )
