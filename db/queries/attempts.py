"""Attempts: reserve a slot, mark the moment before the request leaves, record how it ended, count them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import case, delete, exists, func, or_, select, update

from db.engine import ReadSession, WriteSession
from db.models import Attempt
from db.owner_guard import crossing

NOW = func.clock_timestamp()
MAY_HAVE_ARRIVED = or_(Attempt.state == "dispatching", Attempt.outcome == "UNKNOWN")


async def of_lane(session: ReadSession, platform: str, account_id: str, window: timedelta) -> Sequence[Attempt]:
    """The attempts that still count: unfinished, or finished (or given up) within the window before now."""
    ended = func.coalesce(Attempt.finished_at, Attempt.lease_until)
    query = select(Attempt).where(Attempt.platform == platform, Attempt.account_id == account_id, ended > NOW - window)
    return (await session.scalars(query, execution_options=crossing("attempts of a lane"))).all()


async def reserve(session: WriteSession, attempt: Attempt, lease: timedelta) -> Attempt:
    """Take a slot for the message; nothing has left yet, so a crash from here is safe to repeat."""
    last = select(func.max(Attempt.number)).where(
        Attempt.user_id == attempt.user_id, Attempt.message_id == attempt.message_id
    )
    attempt.number = (await session.scalar(last) or 0) + 1
    attempt.lease_until = await session.scalar(select(NOW + lease))  # type: ignore[assignment]
    session.add(attempt)
    await session.flush()
    return attempt


async def start_dispatch(session: WriteSession, owner: UUID, attempt_id: UUID, lease: timedelta) -> bool:
    """The request leaves after this commit; from here on a crash means that the outcome is unknown.

    False when the slot was taken away because its lease had ended.
    """
    statement = (
        update(Attempt)
        .where(Attempt.user_id == owner, Attempt.id == attempt_id)
        .where(Attempt.state == "reserved", Attempt.lease_until > NOW)
        .values(state="dispatching", dispatched_at=NOW, lease_until=NOW + lease)
        .returning(Attempt.id)
    )
    return (await session.execute(statement)).one_or_none() is not None


async def finish(session: WriteSession, owner: UUID, attempt_id: UUID, outcome: str, detail: str | None) -> bool:
    """Record how the attempt ended. Its slot is held for the window after this moment. False: it was recorded before.

    A late answer corrects an attempt that was given up as unknown, but never moves its end backwards. What was proven
    while the call was under way stays proven.
    """
    unfinished, proven = Attempt.state != "done", Attempt.outcome == "SENT"
    news = unfinished if outcome == "UNKNOWN" else or_(unfinished, Attempt.outcome == "UNKNOWN")
    statement = (
        update(Attempt)
        .where(Attempt.user_id == owner, Attempt.id == attempt_id, news)
        .values(
            state="done",
            outcome=case((proven, Attempt.outcome), else_=outcome),
            detail=case((proven, Attempt.detail), else_=detail),
            finished_at=func.greatest(Attempt.finished_at, NOW),
        )
        .returning(Attempt.id)
    )
    return (await session.execute(statement)).one_or_none() is not None


async def give_up(session: WriteSession, owner: UUID, attempt_id: UUID, detail: str) -> None:
    """Nobody will answer for this attempt any more; it counts as having ended with its lease."""
    await session.execute(
        update(Attempt)
        .where(Attempt.user_id == owner, Attempt.id == attempt_id, Attempt.state == "dispatching")
        .values(
            state="done",
            outcome=func.coalesce(Attempt.outcome, "UNKNOWN"),
            detail=func.coalesce(Attempt.detail, detail),
            finished_at=Attempt.lease_until,
        )
    )


async def prove(session: WriteSession, owner: UUID, attempt_id: UUID, detail: str) -> None:
    """Its message has arrived, as something other than its own answer tells; a call under way keeps its slot."""
    await session.execute(
        update(Attempt)
        .where(Attempt.user_id == owner, Attempt.id == attempt_id, MAY_HAVE_ARRIVED)
        .values(outcome="SENT", detail=detail)
    )


async def release(session: WriteSession, owner: UUID, attempt_id: UUID) -> None:
    """Give back a slot that was reserved and never used."""
    await session.execute(
        delete(Attempt).where(Attempt.user_id == owner, Attempt.id == attempt_id, Attempt.state == "reserved")
    )


async def superseded(session: ReadSession, attempt: Attempt) -> bool:
    """Whether a later attempt at the same message was begun."""
    later = exists().where(
        Attempt.user_id == attempt.user_id,
        Attempt.message_id == attempt.message_id,
        Attempt.number > attempt.number,
    )
    return bool(await session.scalar(select(later)))


async def another_may_have_arrived(session: ReadSession, attempt: Attempt) -> bool:
    """Whether some other call for the same message may have delivered it."""
    other = exists().where(
        Attempt.user_id == attempt.user_id,
        Attempt.message_id == attempt.message_id,
        Attempt.id != attempt.id,
        MAY_HAVE_ARRIVED,
    )
    return bool(await session.scalar(select(other)))


async def with_ended_lease(session: WriteSession, limit: int) -> Sequence[Attempt]:
    """Unfinished attempts of workers that are gone, locked for the sweeper."""
    query = (
        select(Attempt)
        .where(Attempt.state != "done", Attempt.lease_until < NOW)
        .order_by(Attempt.lease_until)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(query, execution_options=crossing("attempts whose lease ended"))).all()


async def of_messages(session: ReadSession, owner: UUID, message_ids: Sequence[UUID]) -> Sequence[Attempt]:
    """The history of some messages, in order."""
    query = (
        select(Attempt)
        .where(Attempt.user_id == owner, Attempt.message_id.in_(message_ids))
        .order_by(Attempt.message_id, Attempt.number)
    )
    return (await session.scalars(query)).all()
