from __future__ import annotations

import asyncio
from dataclasses import replace

import asyncpg
import pytest

from db.engine import Database
from db.queries import live_events
from services.live.cursor import Cursor
from services.live.reading import Filter, Happened
from tests.services.live.watching import process
from tests.stored import a_user, reading


async def test_ready_comes_first_and_then_what_happens(database: Database, redis_endpoint: str) -> None:
    owner, stranger = await a_user(database), await a_user(database)
    async with process(database, redis_endpoint) as here:
        await here.say(owner, "before")
        async with here.watching(owner) as watcher:
            await watcher.until(1)
            await here.say(stranger, "not hers")
            await here.say(owner, "a", "b")
            await here.say(owner, "c")
            await watcher.until(4)

            assert watcher.names == ["Ready", "a", "b", "c"]
            assert [each.cursor.sequence for each in watcher.told] == [1, 2, 3, 4]
            assert watcher.cursor == await here.inbox.cursor(owner)


async def test_who_was_away_gets_what_she_missed_and_then_the_rest(database: Database, redis_endpoint: str) -> None:
    owner = await a_user(database)
    async with process(database, redis_endpoint) as here:
        await here.say(owner, "seen")
        cursor = await here.inbox.cursor(owner)
        await here.say(owner, "missed", "missed too")
        async with here.watching(owner, cursor) as watcher:
            await watcher.until(3)
            await here.say(owner, "live")
            await watcher.until(4)

            assert watcher.names == ["missed", "missed too", "Ready", "live"]
            assert [each.cursor.sequence for each in watcher.told] == [2, 3, 3, 4]


async def test_a_new_user_begins_at_nothing(database: Database, redis_endpoint: str) -> None:
    owner = await a_user(database)
    async with process(database, redis_endpoint) as here:
        cursor = await here.inbox.cursor(owner)
        async with here.watching(owner, cursor) as watcher:
            await watcher.until(1)
            await here.say(owner, "first")
            await watcher.until(2)

    assert (cursor.sequence, watcher.names) == (0, ["Ready", "first"])


async def test_a_long_absence_is_told_in_full_and_in_order(database: Database, redis_endpoint: str) -> None:
    owner, names = await a_user(database), [str(number) for number in range(450)]
    async with process(database, redis_endpoint) as here:
        cursor = await here.inbox.cursor(owner)
        await here.say(owner, *names)
        async with here.watching(owner, cursor) as watcher:
            await watcher.until(451)

    assert watcher.names == [*names, "Ready"]


@pytest.mark.parametrize("case", ["another epoch", "ahead", "too old"])
async def test_a_gap_that_cannot_be_told_asks_for_a_fresh_start(
    database: Database, database_url: str, redis_endpoint: str, case: str
) -> None:
    owner = await a_user(database)
    async with process(database, redis_endpoint) as here:
        await here.say(owner, "a", "b", "c")
        present = await here.inbox.cursor(owner)
        after = {
            "another epoch": Cursor("00000000" if present.epoch != "00000000" else "11111111", 2),
            "ahead": replace(present, sequence=4),
            "too old": replace(present, sequence=1),
        }[case]
        if case == "too old":
            await forget_events(database_url, up_to=2)
        async with here.watching(owner, after) as watcher:
            await watcher.until(2)
            await here.say(owner, "d")
            await watcher.until(3)

            assert watcher.names == ["Resync", "Ready", "d"]
            assert [each.cursor for each in watcher.told] == [
                present, present, replace(present, sequence=4),
            ]  # fmt: skip


async def test_a_gap_up_to_what_was_removed_is_still_told(
    database: Database, database_url: str, redis_endpoint: str
) -> None:
    owner = await a_user(database)
    async with process(database, redis_endpoint) as here:
        await here.say(owner, "a", "b", "c")
        present = await here.inbox.cursor(owner)
        await forget_events(database_url, up_to=2)
        async with here.watching(owner, replace(present, sequence=2)) as watcher:
            await watcher.until(2)
        await forget_events(database_url, up_to=3)
        async with here.watching(owner, present) as later:
            await later.until(1)

    assert (watcher.names, later.names) == (["c", "Ready"], ["Ready"])


async def forget_events(url: str, up_to: int) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("DELETE FROM live_events WHERE sequence <= $1", up_to)
    await connection.close()


async def test_filtered_events_move_the_cursor_and_are_not_told(database: Database, redis_endpoint: str) -> None:
    owner = await a_user(database)
    async with process(database, redis_endpoint) as here:
        cursor = await here.inbox.cursor(owner)
        await here.say(owner, "not of any account")
        inbox = here.inbox.open(owner, cursor, Filter(account_ids=frozenset()))

        first = await anext(aiter(inbox))

        assert not isinstance(first, Happened)
        assert first.cursor == replace(cursor, sequence=1)
        await inbox.aclose()  # type: ignore[attr-defined]


async def test_a_client_that_comes_and_goes_gets_everything_once(database: Database, redis_endpoint: str) -> None:
    owner, names = await a_user(database), [str(number) for number in range(60)]
    async with process(database, redis_endpoint) as here:
        cursor = await here.inbox.cursor(owner)

        async def talk() -> None:
            for name in names:
                await here.say(owner, name)

        talking, told = asyncio.create_task(talk()), list[str]()
        while len(told) < len(names):
            async for item in here.inbox.open(owner, cursor, Filter()):
                cursor = item.cursor
                if isinstance(item, Happened):
                    told.append(str(item.event.status))
                    if len(told) % 7 == 0 or len(told) == len(names):
                        break
        await talking

    assert told == names
    position = await reading(database, lambda session: live_events.position(session, owner))
    assert position is not None
    assert position.sequence == len(names)
