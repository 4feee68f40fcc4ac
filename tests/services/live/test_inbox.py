from __future__ import annotations

import asyncio
from dataclasses import replace

import asyncpg
import pytest

from db.engine import Database
from db.queries import live_events
from services.live.cursor import Cursor
from services.live.feed import BATCH
from services.live.reading import Filter, Happened, Pace, Ready, Resync
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


async def test_events_removed_while_somebody_catches_up_are_missed_by_nobody_unknowingly(
    database: Database, database_url: str, redis_endpoint: str
) -> None:
    """She has read the first ones when those that follow are removed."""
    owner, names = await a_user(database), [str(number) for number in range(BATCH + 3)]
    async with process(database, redis_endpoint) as here:
        cursor = await here.inbox.cursor(owner)
        await here.say(owner, *names)
        inbox = here.inbox.open(owner, cursor, Filter())
        taken = [await anext(inbox) for _ in range(BATCH)]
        await forget_events(database_url, up_to=BATCH + 1)
        resync, ready = await anext(inbox), await anext(inbox)

        assert [str(each.event.status) for each in taken if isinstance(each, Happened)] == names[:BATCH]
        assert (type(resync), type(ready)) == (Resync, Ready)
        assert resync.cursor == ready.cursor == await here.inbox.cursor(owner)
        await inbox.aclose()  # type: ignore[attr-defined]


async def test_a_quiet_filter_is_given_a_younger_cursor(database: Database, redis_endpoint: str) -> None:
    """Else, once the events she does not want are a day old, she would have to fetch everything again."""
    owner = await a_user(database)
    async with process(database, redis_endpoint, pace=Pace(tell_again_seconds=0.1)) as here:
        inbox = here.inbox.open(owner, None, Filter(account_ids=frozenset()))
        assert (await anext(inbox)).cursor.sequence == 0
        await here.say(owner, "unwanted", "unwanted too")

        younger = await anext(inbox)

        assert isinstance(younger, Ready)
        assert younger.cursor == await here.inbox.cursor(owner)
        await inbox.aclose()  # type: ignore[attr-defined]


async def test_a_cursor_that_was_told_is_not_told_again(database: Database, redis_endpoint: str) -> None:
    owner, nothing = await a_user(database), Filter(account_ids=frozenset())
    async with (
        process(database, redis_endpoint, pace=Pace(tell_again_seconds=0)) as here,
        here.inbox.reading(owner, None, nothing) as reading,
    ):
        assert [type(item) for item in await reading.items()] == [Ready]
        assert list(await reading.items()) == []
        await here.say(owner, "unwanted")
        await reading.more()
        assert [item.cursor.sequence for item in await reading.items()] == [1]
        assert list(await reading.items()) == []


async def test_a_cursor_that_is_younger_than_what_was_read_here_is_no_foreign_one(
    database: Database, redis_endpoint: str
) -> None:
    """The lists were asked for from another process, which has heard of more."""
    owner = await a_user(database)
    async with process(database, redis_endpoint) as here, here.watching(owner) as before:
        await before.until(1)
        await here.say(owner, "a", "b", aloud=False)
        async with here.watching(owner, await here.inbox.cursor(owner)) as watcher:
            await watcher.until(1)
            await before.until(3)
            await here.say(owner, "c")
            await watcher.until(2)

    assert watcher.names == ["Ready", "c"]


async def test_filtered_events_move_the_cursor_and_are_not_told(database: Database, redis_endpoint: str) -> None:
    owner = await a_user(database)
    async with process(database, redis_endpoint) as here:
        cursor = await here.inbox.cursor(owner)
        await here.say(owner, "not of any account")
        inbox = here.inbox.open(owner, cursor, Filter(account_ids=frozenset()))

        first = await anext(inbox)

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
