"""What a feed keeps at hand, so that who is a little behind costs the database nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
import pytest

from db.engine import Database
from db.queries import live_events
from db.queries.live_events import NewEvent
from services.live.feed import AT_HAND, BATCH, Feed, Gap
from services.runtime.clock import SystemClock
from tests.statements import counted
from tests.stored import a_user, reading, transactions
from tests.waiting import eventually


async def say(database: Database, owner: UUID, count: int) -> None:
    async with transactions(database)() as work:
        for _ in range(count):
            work.emit(owner, NewEvent("fan_updated"))


@asynccontextmanager
async def feed_of(database: Database, owner: UUID) -> AsyncIterator[Feed]:
    """It has read what there is."""
    position = await reading(database, lambda session: live_events.position(session, owner))
    assert position is not None
    feed = Feed(database, owner, position, asyncio.Semaphore(1), SystemClock(), 0.05)
    task = asyncio.create_task(feed.run())
    try:
        yield feed
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def read_up_to(feed: Feed, sequence: int) -> None:
    feed.wake()
    await eventually(lambda: feed.sequence == sequence, what=f"reading up to {sequence}")


async def numbers(feed: Feed, after: int) -> list[int]:
    return [event.sequence for event in await feed.after(after)]


async def test_what_was_read_is_at_hand(database: Database) -> None:
    owner = await a_user(database)
    async with feed_of(database, owner) as feed:
        await say(database, owner, 5)
        await read_up_to(feed, 5)
        with counted(database) as statements:
            assert await numbers(feed, 0) == [1, 2, 3, 4, 5]
            assert await numbers(feed, 3) == [4, 5]
        assert statements == []


async def test_what_lies_before_it_is_read_once_for_all_who_come_back(database: Database) -> None:
    owner = await a_user(database)
    await say(database, owner, 9)
    async with feed_of(database, owner) as feed:
        await say(database, owner, 1)
        await read_up_to(feed, 10)
        with counted(database) as statements:
            found = await asyncio.gather(*(numbers(feed, after) for after in (4, 4, 6, 9, 5)))
        assert found == [[5, 6, 7, 8, 9, 10]] * 2 + [[7, 8, 9, 10], [10], [6, 7, 8, 9, 10]]
        assert len(statements) == 1


async def test_what_is_far_behind_is_read_in_batches_and_not_kept(database: Database) -> None:
    owner = await a_user(database)
    await say(database, owner, AT_HAND + BATCH)
    async with feed_of(database, owner) as feed:
        assert await numbers(feed, 0) == list(range(1, BATCH + 1))
        with counted(database) as statements:
            assert await numbers(feed, 0) == list(range(1, BATCH + 1))
        assert statements != []


async def test_what_is_old_is_let_go(database: Database) -> None:
    owner = await a_user(database)
    async with feed_of(database, owner) as feed:
        await say(database, owner, 2)
        await read_up_to(feed, 2)
        feed.forget()
        await say(database, owner, 1)
        await read_up_to(feed, 3)
        feed.forget()
        with counted(database) as statements:
            assert await numbers(feed, 2) == [3]
            assert statements == []
            assert await numbers(feed, 1) == [2, 3]
        assert len(statements) == 1


@pytest.mark.parametrize(("removed", "after"), [(2, 0), (2, 1), (5, 0), (5, 4)])
async def test_what_was_removed_is_a_gap(database: Database, database_url: str, removed: int, after: int) -> None:
    owner = await a_user(database)
    await say(database, owner, 5)
    await forget_events(database_url, removed)
    async with feed_of(database, owner) as feed:
        with pytest.raises(Gap):
            await feed.after(after)


async def forget_events(url: str, up_to: int) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("DELETE FROM live_events WHERE sequence <= $1", up_to)
    await connection.close()
