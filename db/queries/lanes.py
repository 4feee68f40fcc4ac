"""Lanes: which account a sender should look at next. Not owned; keyed by what the platform calls the account."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from db.engine import ReadSession, WriteSession
from db.models import Lane

NOW = func.clock_timestamp()


async def mark_due(session: WriteSession, platform: str, account_id: str) -> None:
    """Somebody should look at this lane now. Doing it twice does no more than once."""
    statement = upsert(Lane).values(platform=platform, account_id=account_id, due_at=NOW)
    sooner = func.least(func.coalesce(Lane.due_at, NOW), NOW)
    await session.execute(
        statement.on_conflict_do_update(index_elements=[Lane.platform, Lane.account_id], set_={"due_at": sooner})
    )


async def claim(session: WriteSession) -> tuple[Lane, datetime] | None:
    """Lock the lane that has been due for longest, passing over those in other hands. Gives it with the time now."""
    query = (
        select(Lane, NOW)
        .where(Lane.due_at <= NOW, or_(Lane.blocked_until.is_(None), Lane.blocked_until <= NOW))
        .order_by(Lane.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = (await session.execute(query)).one_or_none()
    return None if row is None else (row[0], row[1])


async def set_due(session: WriteSession, platform: str, account_id: str, due_at: datetime | None) -> None:
    """Look again at `due_at`; None: not until the lane is marked due."""
    await session.execute(
        update(Lane).where(Lane.platform == platform, Lane.account_id == account_id).values(due_at=due_at)
    )


async def set_due_in(
    session: WriteSession, platform: str, account_id: str, wait: timedelta, *, blocked: bool = False
) -> None:
    """Look again after a while, by the database's clock."""
    moment = NOW + wait
    values = {"due_at": moment} | ({"blocked_until": moment} if blocked else {})
    await session.execute(update(Lane).where(Lane.platform == platform, Lane.account_id == account_id).values(**values))


async def seconds_until_next(session: ReadSession) -> float | None:
    """How long until some lane is due, 0 or less if one is; None when none will be."""
    moment = func.greatest(Lane.due_at, Lane.blocked_until)
    query = select(func.extract("epoch", func.min(moment) - NOW)).where(Lane.due_at.is_not(None))
    seconds = await session.scalar(query)
    return None if seconds is None else float(seconds)
