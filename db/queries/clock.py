"""The time by which everything about sending goes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from db.engine import ReadSession


async def now(session: ReadSession) -> datetime:
    """The database's present moment, not the transaction's."""
    moment: datetime = (await session.execute(select(func.clock_timestamp()))).scalar_one()
    return moment
