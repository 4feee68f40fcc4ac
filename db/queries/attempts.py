"""Attempts: reserve a slot, mark the moment before the request leaves, record how it ended, count them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Interval,
    String,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.orm import aliased

from db.engine import ReadSession, WriteSession
from db.kept import Row, kept, kept_crossing
from db.models import Attempt, new_id
from db.models.base import table_of
from db.owner_guard import crossing

NOW = func.clock_timestamp()
MAY_HAVE_ARRIVED = or_(Attempt.state == "dispatching", Attempt.outcome == "UNKNOWN")


async def of_lane(session: ReadSession, platform: str, account_id: str, window: timedelta) -> Sequence[Row]:
    """The attempts that still count: unfinished, or finished (or given up) within the window before now.

    Of each what the limit goes by: `reserved_at`, `finished_at`, `lease_until`, `campaign`.
    """
    return await _of_lane.rows(session, of=platform, lane=account_id, window=window)


@kept_crossing("attempts of a lane")
def _of_lane() -> Any:
    ended = func.coalesce(Attempt.finished_at, Attempt.lease_until)
    # As a subquery the moment is read once, and the index can be searched for it, however many attempts there were.
    begin = select(NOW - bindparam("window", type_=Interval())).scalar_subquery()
    return select(Attempt.id, Attempt.reserved_at, Attempt.finished_at, Attempt.lease_until, Attempt.campaign).where(
        Attempt.platform == bindparam("of"), Attempt.account_id == bindparam("lane"), ended > begin
    )


async def reserve(session: WriteSession, attempt: Attempt, lease: timedelta) -> Attempt:
    """Take a slot for the message; nothing has left yet, so a crash from here is safe to repeat."""
    attempt.id = attempt.id or new_id()
    values = {f"its_{name}": getattr(attempt, name) for name in GIVEN}
    values |= {"its_campaign": bool(attempt.campaign), "lease": lease}
    row = await _reserve.row(session, **values)
    assert row is not None
    attempt.state, (attempt.number, attempt.reserved_at, attempt.lease_until) = "reserved", row
    return attempt


GIVEN = ("user_id", "id", "message_id", "platform", "account_id", "campaign", "worker")


@kept
def _reserve() -> Any:
    table = table_of(Attempt)
    given = {name: bindparam(f"its_{name}", type_=table.c[name].type) for name in GIVEN}
    earlier = aliased(Attempt)
    last = select(func.max(earlier.number)).where(
        earlier.user_id == given["user_id"], earlier.message_id == given["message_id"]
    )
    return (
        insert(table)
        .values(
            **given,
            number=func.coalesce(last.scalar_subquery(), 0) + 1,
            state="reserved",
            lease_until=NOW + bindparam("lease", type_=Interval()),
        )
        .returning(table.c.number, table.c.reserved_at, table.c.lease_until)
    )


async def renew(session: WriteSession, owner: UUID, attempt_id: UUID, lease: timedelta) -> bool:
    """A reservation lives on from now. False when the slot was taken away because its lease had ended."""
    query = (
        update(Attempt)
        .where(Attempt.user_id == owner, Attempt.id == attempt_id)
        .where(Attempt.state == "reserved", Attempt.lease_until > NOW)
        .values(lease_until=NOW + lease)
        .returning(Attempt.id)
    )
    return await session.scalar(query) is not None


async def start_dispatch(session: WriteSession, owner: UUID, attempt_id: UUID, lease: timedelta) -> bool:
    """The request leaves after this commit; from here on a crash means that the outcome is unknown.

    False when the slot was taken away because its lease had ended.
    """
    values = {"owner": owner, "attempt": attempt_id, "lease": lease}
    return await _start_dispatch.row(session, **values) is not None


@kept
def _start_dispatch() -> Any:
    table = table_of(Attempt)
    return (
        update(table)
        .where(table.c.user_id == bindparam("owner"), table.c.id == bindparam("attempt"))
        .where(table.c.state == "reserved", table.c.lease_until > NOW)
        .values(state="dispatching", dispatched_at=NOW, lease_until=NOW + bindparam("lease", type_=Interval()))
        .returning(table.c.id)
    )


async def finish(session: WriteSession, owner: UUID, attempt_id: UUID, outcome: str, detail: str | None) -> bool:
    """Record how the attempt ended. Its slot is held for the window after this moment. False: it was recorded before.

    A late answer corrects an attempt that was given up as unknown, but never moves its end backwards. What was proven
    while the call was under way stays proven.
    """
    values = {"owner": owner, "attempt": attempt_id, "outcome_now": outcome, "detail_now": detail}
    statement = _finish_unknown if outcome == "UNKNOWN" else _finish_known
    return await statement.row(session, **values) is not None


@kept
def _finish_known() -> Any:
    return _finish(unknown=False)


@kept
def _finish_unknown() -> Any:
    return _finish(unknown=True)


def _finish(*, unknown: bool) -> Any:
    table = table_of(Attempt)
    unfinished, proven = table.c.state != "done", table.c.outcome == "SENT"
    news = unfinished if unknown else or_(unfinished, table.c.outcome == "UNKNOWN")
    return (
        update(table)
        .where(table.c.user_id == bindparam("owner"), table.c.id == bindparam("attempt"), news)
        .values(
            state="done",
            outcome=case((proven, table.c.outcome), else_=bindparam("outcome_now", type_=String())),
            detail=case((proven, table.c.detail), else_=bindparam("detail_now", type_=String())),
            finished_at=func.greatest(table.c.finished_at, NOW),
        )
        .returning(table.c.id)
    )


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
    values = {"owner": attempt.user_id, "message": attempt.message_id, "its_number": attempt.number}
    return bool(await _superseded.value(session, **values))


@kept
def _superseded() -> Any:
    later = exists().where(
        Attempt.user_id == bindparam("owner"),
        Attempt.message_id == bindparam("message"),
        Attempt.number > bindparam("its_number"),
    )
    return select(later)


async def another_may_have_arrived(session: ReadSession, attempt: Attempt) -> bool:
    """Whether some other call for the same message may have delivered it."""
    values = {"owner": attempt.user_id, "message": attempt.message_id, "attempt": attempt.id}
    return bool(await _another.value(session, **values))


@kept
def _another() -> Any:
    other = exists().where(
        Attempt.user_id == bindparam("owner"),
        Attempt.message_id == bindparam("message"),
        Attempt.id != bindparam("attempt"),
        MAY_HAVE_ARRIVED,
    )
    return select(other)


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
