from __future__ import annotations

import asyncio
from collections.abc import Mapping
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from db.engine import Database, WriteSession
from db.models import Fan, LiveEvent, LiveSequence
from db.queries import lanes, live_events
from db.queries.live_events import NewEvent
from db.unit_of_work import Transactions
from tests.stored import a_user, fan, reading, somebody_waits, unheard
from tests.waiting import eventually

NEWS = NewEvent("fan_updated")


class Heard:
    """Remembers what was announced, and what the database said at that moment."""

    def __init__(self, database: Database) -> None:
        self.calls: list[tuple[UUID, int]] = []
        self.stored: list[int] = []
        self._database = database

    async def __call__(self, owner: UUID, sequence: int) -> None:
        self.calls.append((owner, sequence))
        self.stored.append(len(await numbers(self._database, owner)))


async def numbers(database: Database, owner: UUID) -> list[int]:
    query = select(LiveEvent.sequence).where(LiveEvent.user_id == owner).order_by(LiveEvent.sequence)
    return list(await reading(database, lambda session: session.scalars(query)))


async def names(database: Database, owner: UUID) -> list[str]:
    query = select(Fan.name).where(Fan.user_id == owner)
    return list(await reading(database, lambda session: session.scalars(query)))


async def test_events_are_stored_with_the_change_and_announced_once_after_it(database: Database) -> None:
    owner, heard = await a_user(database), Heard(database)

    async with Transactions(database, heard)() as work:
        work.session.add(fan(owner, name="Robin"))
        for _ in range(3):
            work.emit(owner, NEWS)

    assert await numbers(database, owner) == [1, 2, 3]
    assert await names(database, owner) == ["Robin"]
    assert (heard.calls, heard.stored) == ([(owner, 3)], [3])


async def test_calls_follow_the_commit_in_their_order(database: Database) -> None:
    owner, found = await a_user(database), list[object]()

    async def look(name: str) -> None:
        found.append((name, await names(database, owner)))

    async with Transactions(database, Heard(database))() as work:
        work.after_commit(lambda: look("first"))
        work.after_commit(lambda: look("second"))
        work.session.add(fan(owner, name="Robin"))
        assert found == []

    assert found == [("first", ["Robin"]), ("second", ["Robin"])]


async def test_what_raises_leaves_nothing_behind(database: Database) -> None:
    owner, heard, called = await a_user(database), Heard(database), list[str]()

    async def call() -> None:
        called.append("called")

    async def change() -> None:
        async with Transactions(database, heard)() as work:
            work.session.add(fan(owner))
            await work.session.flush()
            work.emit(owner, NEWS)
            work.after_commit(call)
            raise ValueError("changed my mind")

    with pytest.raises(ValueError, match="changed my mind"):
        await change()

    assert await numbers(database, owner) == []
    assert await names(database, owner) == []
    assert (heard.calls, called) == ([], [])
    assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


async def test_a_commit_that_fails_announces_nothing(database: Database) -> None:
    owner, heard = await a_user(database), Heard(database)

    async def change() -> None:
        async with Transactions(database, heard)() as work:
            work.session.add(fan(owner))
            work.emit(owner, NewEvent("no such kind"))

    with pytest.raises(DBAPIError):
        await change()

    assert await names(database, owner) == []
    assert heard.calls == []


async def test_many_at_once_number_their_events_without_gap_or_repeat(database: Database) -> None:
    first, second, heard = await a_user(database), await a_user(database), Heard(database)
    transactions = Transactions(database, heard)

    async def change(count: int) -> None:
        async with transactions() as work:
            # Opposite orders would lock each other out, if the sequences were not locked in one order.
            for owner in (first, second) if count % 2 else (second, first):
                for _ in range(count):
                    work.emit(owner, NEWS)

    await asyncio.gather(*(change(count) for count in (1, 2, 3, 4, 1, 2, 3, 4)))

    assert await numbers(database, first) == list(range(1, 21))
    assert await numbers(database, second) == list(range(1, 21))
    assert sorted(sequence for owner, sequence in heard.calls if owner == first)[-1] == 20


async def test_who_is_cancelled_while_committing_still_commits(database: Database, database_url: str) -> None:
    owner, heard, called = await a_user(database), Heard(database), list[str]()

    async def call() -> None:
        called.append("called")

    async def change() -> None:
        async with Transactions(database, heard)() as work:
            work.session.add(fan(owner, name="Robin"))
            work.emit(owner, NEWS)
            work.after_commit(call)

    async with database.writes() as holder:
        await holder.execute(select(LiveSequence).where(LiveSequence.user_id == owner).with_for_update())
        changing = asyncio.create_task(change())
        await eventually(lambda: somebody_waits(database_url), what="a waiting lock")
        for _ in range(2):
            changing.cancel()
            await asyncio.sleep(0)
        await holder.rollback()
    with pytest.raises(asyncio.CancelledError):
        await changing

    assert await names(database, owner) == ["Robin"]
    assert await numbers(database, owner) == [1]
    assert (heard.calls, called) == ([(owner, 1)], ["called"])
    assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


async def test_who_is_cancelled_before_the_end_changes_nothing(database: Database) -> None:
    owner, heard, started = await a_user(database), Heard(database), asyncio.Event()

    async def change() -> None:
        async with Transactions(database, heard)() as work:
            work.session.add(fan(owner))
            await work.session.flush()
            started.set()
            await asyncio.Event().wait()

    changing = asyncio.create_task(change())
    await started.wait()
    changing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await changing

    assert await names(database, owner) == []
    assert heard.calls == []
    assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


async def test_the_position_tells_where_the_log_stands(database: Database) -> None:
    owner = await a_user(database)
    begin = await reading(database, lambda session: live_events.position(session, owner))
    assert begin is not None
    assert begin.sequence == 0

    async with Transactions(database, Heard(database))() as work:
        work.emit(owner, NEWS)
        work.emit(owner, NEWS)

    later = await reading(database, lambda session: live_events.positions(session, [owner]))
    assert later == {owner: live_events.Position(begin.epoch, 2)}


async def test_what_was_counted_is_told_after_the_commit_and_forgotten_by_a_rollback(database: Database) -> None:
    owner, told = await a_user(database), list[tuple[dict[str, int], list[str]]]()
    stored: list[str] = []

    def observe(counts: Mapping[str, int]) -> None:
        told.append((dict(counts), list(stored)))

    async def remember() -> None:
        stored.extend(await names(database, owner))

    transactions = Transactions(database, unheard, observe)
    async with transactions() as work:
        work.session.add(fan(owner, name="Robin"))
        work.emit(owner, NEWS)
        work.count("fans", 2)
        work.count("fans")
        work.after_commit(remember)

    async def fail() -> None:
        async with transactions() as work:
            work.emit(owner, NEWS)
            work.count("fans")
            raise KeyError

    with pytest.raises(KeyError):
        await fail()

    assert told == [({"fans": 3}, [])]
    assert stored == ["Robin"]


async def test_lanes_are_marked_last_each_once_and_in_one_order(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two who mark several would else wait for each other in a ring."""
    marked: list[tuple[str, str]] = []

    async def mark(_session: WriteSession, *lane: str) -> None:
        marked.append((lane[0], lane[1]))

    monkeypatch.setattr(lanes, "mark_due", mark)
    async with Transactions(database, unheard)() as work:
        for account in ("b", "a", "b"):
            work.mark_due("SANDBOX", account)
        assert marked == []
    assert marked == [("SANDBOX", "a"), ("SANDBOX", "b")]
