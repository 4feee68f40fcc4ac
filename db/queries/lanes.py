"""Lanes: which account a sender should look at next. Not owned; keyed by what the platform calls the account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Interval, Select, Update, and_, bindparam, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from db.engine import ReadSession, WriteSession
from db.models import CreatorAccount, Lane
from db.models.base import table_of
from db.owner_guard import crossing

NOW = func.clock_timestamp()


@dataclass(frozen=True, slots=True)
class Turn:
    """A lane that is due, locked, with whoever has its account connected in some way, and the time now."""

    platform: str
    account_id: str
    account: CreatorAccount | None
    now: datetime


async def mark_due(session: WriteSession, platform: str, account_id: str) -> None:
    """Somebody should look at this lane now. Doing it twice does no more than once."""
    statement = upsert(Lane).values(platform=platform, account_id=account_id, due_at=NOW)
    sooner = func.least(func.coalesce(Lane.due_at, NOW), NOW)
    await session.execute(
        statement.on_conflict_do_update(index_elements=[Lane.platform, Lane.account_id], set_={"due_at": sooner})
    )


async def claim(session: WriteSession) -> Turn | None:
    """The lane that has been due for longest, locked, passing over those in other hands."""
    row = (await session.execute(_longest_due(), execution_options=OF_ANYBODY)).one_or_none()
    return None if row is None else Turn(row[0], row[1], row[2], row[3])


OF_ANYBODY = crossing("the account behind a platform id")


@cache
def _longest_due() -> Select[str, str, CreatorAccount, datetime]:
    in_use = and_(
        CreatorAccount.platform == Lane.platform,
        CreatorAccount.account_id == Lane.account_id,
        CreatorAccount.status != "DISCONNECTED",
    )
    return (
        select(Lane.platform, Lane.account_id, CreatorAccount, NOW)
        .outerjoin(CreatorAccount, in_use)
        .where(Lane.due_at <= NOW, or_(Lane.blocked_until.is_(None), Lane.blocked_until <= NOW))
        .order_by(Lane.due_at)
        .limit(1)
        .with_for_update(of=Lane, skip_locked=True)
    )


async def set_due(session: WriteSession, platform: str, account_id: str, due_at: datetime | None) -> None:
    """Look again at `due_at`; None: not until the lane is marked due."""
    await session.execute(_set_due(), {"of": platform, "lane": account_id, "moment": due_at})


@cache
def _set_due() -> Update:
    lane = table_of(Lane)
    return (
        update(lane)
        .where(lane.c.platform == bindparam("of"), lane.c.account_id == bindparam("lane"))
        .values(due_at=bindparam("moment"))
    )


async def set_due_in(
    session: WriteSession, platform: str, account_id: str, wait: timedelta, *, blocked: bool = False
) -> None:
    """Look again after a while, by the database's clock."""
    await session.execute(_set_due_in(blocked), {"of": platform, "lane": account_id, "wait": wait})


@cache
def _set_due_in(blocked: bool) -> Update:
    lane = table_of(Lane)
    moment = NOW + bindparam("wait", type_=Interval())
    return (
        update(lane)
        .where(lane.c.platform == bindparam("of"), lane.c.account_id == bindparam("lane"))
        .values({"due_at": moment} | ({"blocked_until": moment} if blocked else {}))
    )


async def seconds_until_next(session: ReadSession) -> float | None:
    """How long until some lane is due, 0 or less if one is; None when none will be."""
    seconds = await session.scalar(_until_next())
    return None if seconds is None else float(seconds)


@cache
def _until_next() -> Select[float]:
    moment = func.greatest(Lane.due_at, Lane.blocked_until)
    return select(func.extract("epoch", func.min(moment) - NOW)).where(Lane.due_at.is_not(None))
