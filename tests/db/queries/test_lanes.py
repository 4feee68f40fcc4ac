from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from db.engine import Database, WriteSession
from db.models import Lane
from db.queries import lanes
from tests.stored import reading, somebody_waits, store, writing
from tests.waiting import eventually

AGES = {"young": -1, "old": -60, "middle": -30, "later": 60, "idle": None}


def lane(account_id: str, due: float | None = -1, blocked: float | None = None) -> Lane:
    now = datetime.now(UTC)
    return Lane(
        platform="SANDBOX",
        account_id=account_id,
        due_at=None if due is None else now + timedelta(seconds=due),
        blocked_until=None if blocked is None else now + timedelta(seconds=blocked),
    )


async def claimed(session: WriteSession) -> str | None:
    found = await lanes.claim(session)
    return None if found is None else found.account_id


async def present(database: Database, account_id: str) -> Lane:
    found = await reading(database, lambda session: session.scalar(select(Lane).where(Lane.account_id == account_id)))
    assert found is not None
    return found


async def mark_due(database: Database, account_id: str) -> None:
    await writing(database, lambda session: lanes.mark_due(session, "SANDBOX", account_id))


async def test_each_claimer_gets_the_oldest_lane_that_nobody_holds(database: Database) -> None:
    await store(database, *(lane(name, due) for name, due in AGES.items()))
    async with database.writes() as first, database.writes() as second, database.writes() as third:
        assert [await claimed(each) for each in (first, second, third)] == ["old", "middle", "young"]
        async with database.writes() as fourth:
            assert await claimed(fourth) is None
        await second.rollback()
        async with database.writes() as fifth:
            assert await claimed(fifth) == "middle"


async def test_a_blocked_lane_is_passed_over_until_its_time(database: Database) -> None:
    await store(database, lane("blocked", -60, 30), lane("was blocked", -1, -1))

    assert await writing(database, claimed) == "was blocked"


async def test_the_time_of_a_claim_is_the_database_s(database: Database) -> None:
    await store(database, lane("a"))

    found = await writing(database, lanes.claim)

    assert found is not None
    assert abs(found.now - datetime.now(UTC)) < timedelta(seconds=60)
    assert found.now >= ((await present(database, "a")).due_at or found.now)


async def test_marking_makes_a_lane_due_at_once_and_never_later(database: Database) -> None:
    await store(database, lane("late", 60), lane("idle", None), lane("due", -60))
    before = (await present(database, "due")).due_at
    for name in ("late", "idle", "due", "new"):
        for _ in range(2):
            await mark_due(database, name)

    assert (await present(database, "due")).due_at == before
    for name in ("late", "idle", "new"):
        due_at = (await present(database, name)).due_at
        assert due_at is not None
        assert before is not None
        assert before < due_at <= datetime.now(UTC) + timedelta(seconds=1)


async def test_a_wake_up_during_a_claim_is_not_lost(database: Database, database_url: str) -> None:
    """Whoever marks the lane waits for the claim, whose own idea of the next time is older."""
    await store(database, lane("a"))
    async with database.writes() as session:
        assert await claimed(session) == "a"
        marking = asyncio.create_task(mark_due(database, "a"))
        await eventually(lambda: somebody_waits(database_url), what="a waiting lock")
        await lanes.set_due(session, "SANDBOX", "a", None)
        await session.commit()
    await marking

    assert await writing(database, claimed) == "a"


@pytest.mark.parametrize("blocked", [False, True])
async def test_looking_again_after_a_while(database: Database, blocked: bool) -> None:
    await store(database, lane("a"), lane("other", None))

    await writing(
        database,
        lambda session: lanes.set_due_in(session, "SANDBOX", "a", timedelta(seconds=30), blocked=blocked),
    )

    found = await present(database, "a")
    assert found.due_at is not None
    assert timedelta(seconds=20) < found.due_at - datetime.now(UTC) <= timedelta(seconds=31)
    assert (found.blocked_until is not None) is blocked
    if found.blocked_until is not None:
        assert abs(found.blocked_until - found.due_at) < timedelta(seconds=1)
    assert (await present(database, "other")).due_at is None
    assert await writing(database, claimed) is None


@pytest.mark.parametrize(
    ("times", "low", "high"),
    [
        ([], None, None),
        ([(None, None)], None, None),
        ([(None, 60)], None, None),
        ([(-5, None), (60, None)], -60, 0),
        ([(30, None), (60, None)], 20, 31),
        ([(-5, 30), (60, None)], 20, 31),
        ([(30, -5)], 20, 31),
    ],
)
async def test_how_long_until_the_next_lane(
    database: Database, times: list[tuple[float | None, float | None]], low: float | None, high: float | None
) -> None:
    await store(database, *(lane(f"lane {number}", *each) for number, each in enumerate(times)))

    seconds = await reading(database, lanes.seconds_until_next)

    if low is None or high is None:
        assert seconds is None
    else:
        assert seconds is not None
        assert low <= seconds <= high
