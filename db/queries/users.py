"""Users: found or made by what their token says."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert

from db.engine import ReadSession, WriteSession
from db.models import User, new_id


async def find(session: ReadSession, issuer: str, subject: str) -> UUID | None:
    return await session.scalar(select(User.id).where(User.issuer == issuer, User.subject == subject))


async def ensure(session: WriteSession, issuer: str, subject: str) -> UUID:
    """The user's id, made on first sight; two requests at once agree on one row."""
    await session.execute(upsert(User).values(id=new_id(), issuer=issuer, subject=subject).on_conflict_do_nothing())
    return (await session.execute(select(User.id).where(User.issuer == issuer, User.subject == subject))).scalar_one()
