"""Delayed wake-ups in the queue: which lanes need one, and which have one. At most one is pending for each lane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update

from db.engine import ReadSession, WriteSession
from db.models import Attempt, CreatorAccount, Lane, Message
from db.owner_guard import crossing

NOW = func.clock_timestamp()
EARLY = timedelta(seconds=2)
"""The queue's clock and the database's may differ by so much."""
LOST_AFTER = timedelta(seconds=60)
"""A wake-up that has not arrived so long after its time is taken for lost."""

STILL_UNKNOWN = timedelta(minutes=10)
"""For so long an unknown outcome may be settled by a repeat."""

MOMENT = func.greatest(Lane.due_at, Lane.blocked_until)
NONE_PENDING = or_(Lane.wake_pending_until.is_(None), Lane.wake_pending_until < NOW - LOST_AFTER)


@dataclass(frozen=True, slots=True)
class Needed:
    """A wake-up to send: for the lane of this account, after so many whole seconds."""

    platform: str
    account_id: str
    owner: UUID
    creator_account_id: UUID
    delay_seconds: int
    pending_until: datetime


@dataclass(frozen=True, slots=True)
class LaneWait:
    """Seconds until a lane is due, and until its pending wake-up arrives (None: there is none)."""

    due_in: float
    wake_in: float | None


def _has_work() -> ColumnElement[bool]:
    """Something waits in the lane, and nobody is sending in it, who would see to the lane himself."""
    unknown = and_(Message.status == "UNKNOWN", Message.finished_at > NOW - STILL_UNKNOWN)
    waits = exists().where(
        Message.user_id == CreatorAccount.user_id,
        Message.creator_account_id == CreatorAccount.id,
        or_(Message.status == "QUEUED", unknown),
    )
    under_way = exists().where(
        Attempt.platform == Lane.platform,
        Attempt.account_id == Lane.account_id,
        Attempt.state != "done",
        Attempt.lease_until > NOW,
    )
    return and_(waits, ~under_way)


async def reserve(session: WriteSession, longest_seconds: int, limit: int) -> list[Needed]:
    """Lanes in which something waits and no wake-up is pending; from the commit on it is."""
    seconds = func.ceil(func.greatest(func.extract("epoch", MOMENT - NOW), 0))
    delay = func.least(seconds, longest_seconds)
    query = (
        select(Lane, CreatorAccount.user_id, CreatorAccount.id, delay, NOW)
        .join(
            CreatorAccount,
            and_(CreatorAccount.platform == Lane.platform, CreatorAccount.account_id == Lane.account_id),
        )
        .where(Lane.due_at.is_not(None), NONE_PENDING, CreatorAccount.status == "CONNECTED", _has_work())
        .order_by(Lane.due_at)
        .limit(limit)
        .with_for_update(of=Lane, skip_locked=True)
    )
    found = []
    for lane, owner, account, wait, now in await session.execute(
        query, execution_options=crossing("lanes without a wake-up")
    ):
        lane.wake_pending_until = now + timedelta(seconds=int(wait))
        needed = Needed(lane.platform, lane.account_id, owner, account, int(wait), lane.wake_pending_until)
        found.append(needed)
    await session.flush()
    return found


async def forget(session: WriteSession, lost: Sequence[Needed]) -> None:
    """The queue did not take these; somebody else may leave them."""
    for each in lost:
        await session.execute(
            update(Lane)
            .where(
                Lane.platform == each.platform,
                Lane.account_id == each.account_id,
                Lane.wake_pending_until == each.pending_until,
            )
            .values(wake_pending_until=None)
        )


async def arrived(session: WriteSession, platform: str, account_id: str) -> None:
    """The pending one has come. A repeat of an earlier one does not clear a later one, which is not due yet."""
    await session.execute(
        update(Lane)
        .where(
            Lane.platform == platform,
            Lane.account_id == account_id,
            Lane.wake_pending_until <= NOW + EARLY,
        )
        .values(wake_pending_until=None)
    )


async def waits(session: ReadSession, owner: UUID, creator_account_ids: Sequence[UUID]) -> list[LaneWait]:
    """How long the lanes of some accounts of the owner have to wait; those that wait for nothing are left out."""
    wake_in = func.extract("epoch", Lane.wake_pending_until - NOW)
    query = (
        select(func.extract("epoch", MOMENT - NOW), wake_in, NONE_PENDING)
        .select_from(CreatorAccount)
        .join(Lane, and_(Lane.platform == CreatorAccount.platform, Lane.account_id == CreatorAccount.account_id))
        .where(CreatorAccount.user_id == owner, CreatorAccount.id.in_(creator_account_ids), Lane.due_at.is_not(None))
    )
    return [LaneWait(float(row[0]), None if row[2] else float(row[1])) for row in await session.execute(query)]
