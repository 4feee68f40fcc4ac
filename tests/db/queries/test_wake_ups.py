"""At most one wake-up is pending for each lane in which something waits."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from db.engine import Database
from db.models import Attempt, CreatorAccount, Lane, Message
from db.queries import wake_ups
from db.queries.wake_ups import LaneWait, Needed
from tests.stored import a_user, account, conversation, fan, message, reading, store, writing

LONGEST = 900


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


async def a_lane(database: Database, account_id: str = "acct", *, status: str = "QUEUED", **values: Any) -> Message:
    """A connected account with one message, and its lane, which is due in 5 s unless `values` say otherwise."""
    owner = await a_user(database)
    creator = account(owner, account_id)
    robin = fan(owner, creator.id)
    talk = conversation(robin)
    waits = message(talk, status=status, finished_at=datetime.now(UTC) if status != "QUEUED" else None)
    usual = {"due_at": datetime.now(UTC) + seconds(5)}
    await store(
        database, creator, robin, talk, waits, Lane(platform="SANDBOX", account_id=account_id, **usual | values)
    )
    return waits


async def reserved(database: Database) -> list[Needed]:
    return await writing(database, lambda session: wake_ups.reserve(session, LONGEST, 100))


async def lane(database: Database) -> Lane:
    found: Lane | None = await reading(database, lambda session: session.scalar(select(Lane)))
    assert found is not None
    return found


async def test_a_lane_that_waits_is_given_one_and_no_second(database: Database) -> None:
    waits = await a_lane(database)

    [needed] = await reserved(database)

    assert (needed.owner, needed.creator_account_id) == (waits.user_id, waits.creator_account_id)
    assert needed.delay_seconds in {4, 5}  # whole seconds, and never before the lane is due
    assert (await lane(database)).wake_pending_until == needed.pending_until
    assert await reserved(database) == []


@pytest.mark.parametrize(
    ("due", "blocked", "low", "high"),
    [(-5, None, 0, 0), (0.1, None, 0, 1), (30, None, 29, 30), (3, 30, 29, 30), (30, 3, 29, 30), (5000, None, 900, 900)],
)
async def test_the_delay_reaches_to_the_moment_at_which_it_may_send(
    database: Database, due: float, blocked: float | None, low: int, high: int
) -> None:
    now = datetime.now(UTC)
    await a_lane(database, due_at=now + seconds(due), blocked_until=None if blocked is None else now + seconds(blocked))

    [needed] = await reserved(database)

    assert low <= needed.delay_seconds <= high


async def test_two_who_leave_wake_ups_at_once_leave_one(database: Database) -> None:
    for number in range(6):
        await a_lane(database, f"acct-{number}")

    found = await asyncio.gather(*(reserved(database) for _ in range(4)))

    accounts = [needed.account_id for each in found for needed in each]
    assert sorted(accounts) == [f"acct-{number}" for number in range(6)]


@pytest.mark.parametrize("status", ["SENT", "FAILED", "CANCELLED", "SENDING"])
async def test_where_nothing_waits_none_is_left(database: Database, status: str) -> None:
    await a_lane(database, status=status)
    assert await reserved(database) == []


@pytest.mark.parametrize(("minutes", "number"), [(9, 1), (11, 0)])
async def test_an_unknown_outcome_is_waited_for_as_long_as_it_may_be_settled(
    database: Database, minutes: int, number: int
) -> None:
    waits = await a_lane(database, status="UNKNOWN")
    ago = datetime.now(UTC) - timedelta(minutes=minutes)
    statement = update(Message).where(Message.user_id == waits.user_id).values(finished_at=ago)
    await writing(database, lambda session: session.execute(statement))
    assert len(await reserved(database)) == number


async def test_a_lane_that_is_not_due_at_any_time_has_none(database: Database) -> None:
    await a_lane(database, due_at=None)
    assert await reserved(database) == []


@pytest.mark.parametrize("status", ["DISCONNECTED", "INVALID_CREDENTIALS"])
async def test_an_account_that_does_not_send_has_none(database: Database, status: str) -> None:
    waits = await a_lane(database)
    statement = update(CreatorAccount).where(CreatorAccount.user_id == waits.user_id).values(status=status)
    await writing(database, lambda session: session.execute(statement))
    assert await reserved(database) == []


@pytest.mark.parametrize(
    ("state", "lease", "number"), [("reserved", 5, 0), ("dispatching", 5, 0), ("done", 5, 1), ("reserved", -5, 1)]
)
async def test_whoever_sends_in_a_lane_sees_to_it_himself(
    database: Database, state: str, lease: float, number: int
) -> None:
    waits = await a_lane(database)
    until = datetime.now(UTC) + seconds(lease)
    attempt = {"platform": "SANDBOX", "account_id": "acct", "number": 1, "worker": "w", "lease_until": until}
    await store(database, Attempt(user_id=waits.user_id, message_id=waits.id, state=state, **attempt))
    assert len(await reserved(database)) == number


@pytest.mark.parametrize(("ago", "again"), [(-300, False), (1, False), (55, False), (65, True)])
async def test_one_that_is_long_past_its_time_is_taken_for_lost(database: Database, ago: float, again: bool) -> None:
    await a_lane(database, wake_pending_until=datetime.now(UTC) - seconds(ago))
    assert bool(await reserved(database)) is again


@pytest.mark.parametrize(("ago", "cleared"), [(0.5, True), (300, True), (-1, True), (-30, False)])
async def test_an_arrival_clears_the_one_that_is_due_and_no_later_one(
    database: Database, ago: float, cleared: bool
) -> None:
    """SQS may deliver a wake-up twice; the second time another one is pending."""
    await a_lane(database, wake_pending_until=datetime.now(UTC) - seconds(ago))
    await writing(database, lambda session: wake_ups.arrived(session, "SANDBOX", "acct"))
    assert ((await lane(database)).wake_pending_until is None) is cleared


async def test_one_that_the_queue_did_not_take_is_forgotten(database: Database) -> None:
    await a_lane(database)
    [needed] = await reserved(database)
    await writing(database, lambda session: wake_ups.forget(session, [needed]))
    assert (await lane(database)).wake_pending_until is None

    later = await reserved(database)
    await writing(database, lambda session: wake_ups.forget(session, [needed]))
    assert (await lane(database)).wake_pending_until == later[0].pending_until


@pytest.mark.parametrize(
    ("due", "wake", "expected"),
    [(5, None, (5, None)), (5, 20, (5, 20)), (-5, 20, (-5, 20)), (5, -5, (5, -5)), (5, -65, (5, None))],
)
async def test_how_long_lanes_wait(
    database: Database, due: float, wake: float | None, expected: tuple[float, float | None]
) -> None:
    now = datetime.now(UTC)
    waits = await a_lane(
        database, due_at=now + seconds(due), wake_pending_until=None if wake is None else now + seconds(wake)
    )
    await a_lane(database, "other")
    assert waits.creator_account_id is not None

    [found] = await reading(
        database,
        lambda session: wake_ups.waits(session, waits.user_id, [waits.creator_account_id]),  # type: ignore[list-item]
    )

    assert isinstance(found, LaneWait)
    assert found.due_in == pytest.approx(expected[0], abs=4)
    assert (found.wake_in is None) is (expected[1] is None)
    if found.wake_in is not None and expected[1] is not None:
        assert found.wake_in - found.due_in == pytest.approx(expected[1] - expected[0], abs=0.1)
