"""Lanes: which account a sender should look at next. Not owned; keyed by what the platform calls the account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Interval, Select, Update, and_, bindparam, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from db.engine import ReadSession, WriteSession
from db.kept import columns, kept, kept_crossing, made
from db.models import CreatorAccount, Lane
from db.models.base import table_of

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
    await _mark_due.rows(session, of=platform, lane=account_id)


@kept
def _mark_due() -> Any:
    lane = table_of(Lane)
    statement = upsert(lane).values(platform=bindparam("of"), account_id=bindparam("lane"), due_at=NOW)
    sooner = func.least(func.coalesce(lane.c.due_at, NOW), NOW)
    return statement.on_conflict_do_update(index_elements=[lane.c.platform, lane.c.account_id], set_={"due_at": sooner})


async def claim(session: WriteSession) -> Turn | None:
    """The lane that has been due for longest, locked, passing over those in other hands."""
    row = await _longest_due.row(session)
    if row is None:
        return None
    account = None if row[3] is None else made(CreatorAccount, row, 3)
    return Turn(row[0], row[1], account, row[2])


@kept_crossing("the account behind a platform id")
def _longest_due() -> Any:
    in_use = and_(
        CreatorAccount.platform == Lane.platform,
        CreatorAccount.account_id == Lane.account_id,
        CreatorAccount.status != "DISCONNECTED",
    )
    return (
        select(Lane.platform, Lane.account_id, NOW, *columns(CreatorAccount))
        .select_from(Lane)
        .outerjoin(CreatorAccount, in_use)
        .where(Lane.due_at <= NOW, or_(Lane.blocked_until.is_(None), Lane.blocked_until <= NOW))
        .order_by(Lane.due_at)
        .limit(1)
        .with_for_update(of=Lane, skip_locked=True)
    )


async def set_due(session: WriteSession, platform: str, account_id: str, due_at: datetime | None) -> None:
    """Look again at `due_at`; None: not until the lane is marked due."""
    await _set_due.rows(session, of=platform, lane=account_id, moment=due_at)


@kept
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
    statement = _blocked_for if blocked else _set_due_in
    await statement.rows(session, of=platform, lane=account_id, wait=wait)


@kept
def _set_due_in() -> Update:
    return _after_a_while(blocked=False)


@kept
def _blocked_for() -> Update:
    return _after_a_while(blocked=True)


def _after_a_while(*, blocked: bool) -> Update:
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
