from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from typing import Any

import asyncpg
import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from db.engine import Database, ReadSession
from db.queries import live_events, live_objects
from services.devstack.redis import EmbeddedRedis
from services.live.channel import CHANNEL, encode
from services.live.reading import Filter, Happened, Pace, TooSlow
from tests.parts import running_redis, start_redis
from tests.services.live.watching import process, somebody_listens
from tests.statements import counted
from tests.stored import a_user
from tests.waiting import eventually


@pytest.fixture
def mortal_redis() -> Iterator[EmbeddedRedis]:
    with running_redis() as server:
        yield server


@pytest.fixture
def reads(database: Database) -> list[str]:
    """Every statement that read events, as it was sent."""
    found: list[str] = []

    def remember(*arguments: Any) -> None:
        if "FROM live_events" in arguments[2] and "ORDER BY" in arguments[2]:
            found.append(arguments[2])

    event.listen(database.engine.sync_engine, "before_cursor_execute", remember)
    return found


async def test_subscribers_of_one_owner_share_each_read(
    database: Database, redis_endpoint: str, reads: list[str]
) -> None:
    owner = await a_user(database)
    async with (
        process(database, redis_endpoint) as here,
        here.watching(owner) as first,
        here.watching(owner) as second,
        here.watching(owner) as third,
    ):
        watchers = (first, second, third)
        for watcher in watchers:
            await watcher.until(1)
        await eventually(lambda: len(reads) == 1, what="the read at the beginning")
        for number in range(3):
            await here.say(owner, str(number))
            for watcher in watchers:
                await watcher.until(number + 2)
            assert len(reads) == number + 2

    assert [watcher.names for watcher in watchers] == [["Ready", "0", "1", "2"]] * 3


async def test_nobody_reads_for_an_owner_nobody_watches(
    database: Database, redis_endpoint: str, reads: list[str]
) -> None:
    owner, watched = await a_user(database), await a_user(database)
    async with process(database, redis_endpoint) as here:
        async with here.watching(owner) as gone:
            await gone.until(1)
            await eventually(lambda: len(reads) == 1, what="the read at the beginning")
        async with here.watching(watched) as watcher:
            await watcher.until(1)
            await eventually(lambda: len(reads) == 2, what="the other read at the beginning")
            await here.say(owner, "unwatched")
            await here.say(watched, "a")
            await watcher.until(2)

    assert len(reads) == 3


async def test_what_happens_while_a_feed_begins_is_told_at_once(database: Database, redis_endpoint: str) -> None:
    """The event falls between reading the position and having a feed, so its announcement wakes nobody."""
    owner, interrupted = await a_user(database), asyncio.Event()
    async with process(database, redis_endpoint) as outside:

        @asynccontextmanager
        async def interrupting() -> AsyncIterator[ReadSession]:
            async with database.reads() as session:
                yield session
            if not interrupted.is_set():
                interrupted.set()
                await outside.say(owner, "in between", aloud=False)

        odd = replace(database, reads=interrupting)  # type: ignore[arg-type]
        async with process(odd, redis_endpoint) as here, here.watching(owner) as watcher:
            await watcher.until(2)

    assert watcher.names == ["Ready", "in between"]


async def test_a_lost_announcement_is_made_good_by_reading_again(database: Database, redis_endpoint: str) -> None:
    owner = await a_user(database)
    async with process(database, redis_endpoint, look_seconds=0.1) as here, here.watching(owner) as watcher:
        await watcher.until(1)
        await here.say(owner, "a", aloud=False)
        await watcher.until(2)

    assert watcher.names == ["Ready", "a"]


async def test_a_lost_announcement_is_made_good_by_the_next(database: Database, redis_endpoint: str) -> None:
    owner = await a_user(database)
    async with process(database, redis_endpoint) as here, here.watching(owner) as watcher:
        await watcher.until(1)
        await here.say(owner, "a", aloud=False)
        await here.say(owner, "b")
        await watcher.until(3)

    assert watcher.names == ["Ready", "a", "b"]


async def test_what_is_no_announcement_is_passed_over(database: Database, redis_endpoint: str) -> None:
    owner = await a_user(database)
    async with process(database, redis_endpoint) as here, here.watching(owner) as watcher:
        await watcher.until(1)
        for message in (b"", b"hello", b"\xff\xfe", encode(owner, 0), encode(owner, 10**6)):
            await here.redis.publish(CHANNEL, message)
        await here.say(owner, "a")
        await watcher.until(2)

    assert watcher.names == ["Ready", "a"]


async def test_nothing_is_lost_while_redis_is_away(database: Database, mortal_redis: EmbeddedRedis) -> None:
    owner = await a_user(database)
    async with process(database, mortal_redis.endpoint) as here, here.watching(owner) as watcher:
        await watcher.until(1)
        os.kill(int((mortal_redis.folder / "redis.pid").read_text().split()[0]), signal.SIGKILL)
        await eventually(lambda: gone(here.redis), what="the end of Redis")
        await here.say(owner, "while away", "while away too")
        again = start_redis(mortal_redis)
        try:
            await watcher.until(3)
            await eventually(lambda: somebody_listens(here.redis), what="a subscription")
            await here.say(owner, "afterwards")
            await watcher.until(4)
        finally:
            again.kill()
            again.wait()

    assert watcher.names == ["Ready", "while away", "while away too", "afterwards"]


async def gone(redis: Redis) -> bool:
    try:
        await redis.ping()
    except (RedisError, OSError):
        return True
    return False


async def test_a_feed_outlives_the_connections_of_the_database(
    database: Database, database_url: str, redis_endpoint: str
) -> None:
    owner = await a_user(database)
    async with process(database, redis_endpoint) as here, here.watching(owner) as watcher:
        await watcher.until(1)
        administration = await asyncpg.connect(database_url)
        await administration.execute(
            """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid()"""
        )
        await administration.close()

        async def said() -> bool:
            """A connection of the pool whose end has not been noticed yet is no matter of the feed."""
            with suppress(OperationalError):
                await here.say(owner, "a")
                return True
            return False

        await eventually(said, 10)
        await watcher.until(2)

    assert watcher.names == ["Ready", "a"]


@pytest.mark.parametrize(("reads", "name"), [(live_objects, "after_with_objects"), (live_events, "positions")])
async def test_an_error_that_nobody_thought_of_silences_no_inbox(
    database: Database, redis_endpoint: str, monkeypatch: pytest.MonkeyPatch, reads: Any, name: str
) -> None:
    owner, read, failed = await a_user(database), getattr(reads, name), asyncio.Event()

    async def fails_once(*given: Any) -> Any:
        if not failed.is_set():
            failed.set()
            raise KeyError
        return await read(*given)

    monkeypatch.setattr(reads, name, fails_once)
    async with process(database, redis_endpoint) as here, here.watching(owner) as watcher:
        await watcher.until(1)
        here.hub.look()
        await here.say(owner, "a")
        await watcher.until(2)
        await eventually(failed.is_set, 10)
        here.hub.look()
        await here.say(owner, "b")
        await watcher.until(3)
    assert watcher.names == ["Ready", "a", "b"]


async def test_who_falls_too_far_behind_is_cut_off_and_nobody_else(database: Database, redis_endpoint: str) -> None:
    owner = await a_user(database)
    async with process(database, redis_endpoint, pace=Pace(most_behind=2)) as here:
        slow = here.inbox.open(owner, None, Filter())
        ready = await anext(slow)
        async with here.watching(owner) as quick:
            await quick.until(1)
            for number in range(2):
                await here.say(owner, str(number))
                await quick.until(number + 2)
            taken = [await anext(slow) for _ in range(2)]
            for number in range(2, 5):
                await here.say(owner, str(number))
                await quick.until(number + 2)
            assert quick.failed is None
        # The quick one has left; the slow one still ends as it should.
        with pytest.raises(TooSlow):
            await anext(slow)
        async with here.watching(owner, taken[-1].cursor) as again:
            await again.until(4)

    assert ready.cursor.sequence == 0
    assert [each.event.status for each in taken if isinstance(each, Happened)] == ["0", "1"]
    assert quick.names == ["Ready", "0", "1", "2", "3", "4"]
    assert again.names == ["2", "3", "4", "Ready"]


async def test_a_long_absence_is_not_slowness(database: Database, redis_endpoint: str) -> None:
    owner, names = await a_user(database), [str(number) for number in range(5)]
    async with process(database, redis_endpoint, pace=Pace(most_behind=2)) as here:
        cursor = await here.inbox.cursor(owner)
        await here.say(owner, *names)
        async with here.watching(owner, cursor) as watcher:
            await watcher.until(6)

    assert watcher.names == [*names, "Ready"]


async def test_nobody_is_left_when_the_last_has_gone(database: Database, redis_endpoint: str) -> None:
    owner = await a_user(database)
    async with process(database, redis_endpoint) as here:
        first = here.inbox.open(owner, None, Filter())
        await anext(first)
        async with here.watching(owner) as second:
            await second.until(1)
            await first.aclose()  # type: ignore[attr-defined]
            await here.say(owner, "later")
            await second.until(2)
        assert feeds() == 0

    assert second.names == ["Ready", "later"]


def feeds() -> int:
    return sum(task.get_name().startswith("feed-") and not task.cancelling() for task in asyncio.all_tasks())


async def test_where_the_logs_stand_is_asked_once_for_all(
    database: Database, redis_endpoint: str, reads: list[str]
) -> None:
    owners = [await a_user(database) for _ in range(5)]
    async with process(database, redis_endpoint) as here, AsyncExitStack() as stack:
        watchers = [await stack.enter_async_context(here.watching(owner)) for owner in owners]
        for watcher in watchers:
            await watcher.until(1)
        await eventually(lambda: len(reads) == 5, what="the reads at the beginning")
        await here.say(owners[3], "a", aloud=False)
        with counted(database) as statements:
            here.hub.look()
            await watchers[3].until(2)

        tables = [statement.split("FROM ")[1].split(maxsplit=1)[0] for statement in statements]
        assert tables == ["live_sequences", "live_events"]


@pytest.mark.parametrize("change", ["sequence = 1", "epoch = '00000000'", "epoch = '00000000', sequence = 1"])
async def test_a_log_that_was_restored_is_told_to_all_who_watch(
    database: Database, database_url: str, redis_endpoint: str, change: str
) -> None:
    owner = await a_user(database)
    async with process(database, redis_endpoint) as here, here.watching(owner) as watcher:
        await watcher.until(1)
        await here.say(owner, "a", "b", "c")
        await watcher.until(4)
        await execute(database_url, f"UPDATE live_sequences SET {change}")
        await execute(database_url, "DELETE FROM live_events WHERE sequence > (SELECT sequence FROM live_sequences)")
        here.hub.look()
        await watcher.until(6)
        await here.say(owner, "d")
        await watcher.until(7)

        assert watcher.names == ["Ready", "a", "b", "c", "Resync", "Ready", "d"]
        assert watcher.cursor == await here.inbox.cursor(owner)


async def test_a_log_that_went_on_unseen_for_too_long_is_told_to_all_who_watch(
    database: Database, database_url: str, redis_endpoint: str
) -> None:
    owner, unread = await a_user(database), asyncio.Lock()

    @asynccontextmanager
    async def in_turn() -> AsyncIterator[ReadSession]:
        async with unread, database.reads() as session:
            yield session

    odd = replace(database, reads=in_turn)  # type: ignore[arg-type]
    async with process(odd, redis_endpoint) as here, here.watching(owner) as watcher:
        await watcher.until(1)
        async with unread:
            await here.say(owner, "a", "b", "c", aloud=False)
            await execute(database_url, "DELETE FROM live_events WHERE sequence <= 2")
            await here.say(owner, "d")
        await watcher.until(3)

    assert watcher.names == ["Ready", "Resync", "Ready"]
    assert watcher.cursor.sequence == 4


async def execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()
