"""Workers at imports: one at a time, killed anywhere, overtaken by others; no row twice and none forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event, update

from db.models import FanImport
from db.queries import fan_imports, fans
from services.fans.create import NewFan
from services.fans.imports import chunk, importer, reading
from services.fans.imports.importer import LEASE, MOST_ATTEMPTS, Importer
from services.fans.imports.plan import Planner
from services.fans.imports.progress import LeaseLost, Progress
from services.fans.imports.reading import Reading
from services.fans.imports.undo import Undoing
from tests.services.fans.imports.imported import HEADER, Desk, counts, never
from tests.stored import a_user, account, store, writing

ROWS = "".join(f"fan{n},Fan {n},,,,\n" for n in range(12)) + "fan3,,,,,\nbad,,no,,,\n"
DONE = (14, 12, 0, 1, 1)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "CHUNK", 4)


class Killed(Exception):
    pass


@contextmanager
def killed_after(desk: Desk, statements: int) -> Iterator[list[int]]:
    """From the statement of this number on nothing reaches the database, as after a kill."""
    seen = [0]

    def fail(*_: Any) -> None:
        seen[0] += 1
        if seen[0] > statements:
            raise Killed

    engine = desk.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", fail)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", fail)


async def let_leases_end(desk: Desk) -> None:
    async with desk.database.writes() as session, session.begin():
        past = fan_imports.NOW - timedelta(seconds=1)
        await session.execute(
            update(FanImport)
            .where(FanImport.user_id == desk.owner, FanImport.lease_id.is_not(None))
            .values(leased_until=past)
        )


async def test_a_worker_that_is_killed_at_any_statement_leaves_no_row_twice_and_none_forgotten(desk: Desk) -> None:
    row = await desk.upload(ROWS)
    with killed_after(desk, 10_000) as seen:
        await desk.work()
    assert counts(await desk.read(row)) == DONE
    whole = seen[0]
    assert whole > 30
    for number in range(2, whole, 5):
        desk = Desk(desk.resources, await a_user(desk.database))
        row = await desk.upload(ROWS)
        with killed_after(desk, number), pytest.raises(Killed):
            await desk.work()
        half = await desk.read(row)
        assert counts(half)[0] in {0, 4, 8, 12, 14}
        assert len(await desk.fans()) == half.inserted
        await let_leases_end(desk)
        await desk.work()
        done = await desk.read(row)
        assert (done.status, counts(done)) == ("COMPLETED", DONE), f"killed after {number} statements"
        assert sorted(fan.name for fan in await desk.fans()) == sorted(f"Fan {n}" for n in range(12))
        assert [number for number, _, _ in await desk.problems(row)] == [14]


async def test_a_dry_run_that_is_killed_still_tells_the_truth(desk: Desk) -> None:
    for number in (9, 25, 41):
        row = await desk.upload(ROWS, dry_run=True)
        with killed_after(desk, number), pytest.raises(Killed):
            await desk.work()
        await let_leases_end(desk)
        await desk.work()
        assert counts(await desk.read(row)) == DONE
    assert await desk.fans() == []


async def test_an_import_whose_worker_lives_is_left_alone(desk: Desk) -> None:
    row = await desk.upload(ROWS)
    taken = await writing(desk.database, lambda s: fan_imports.lease(s, desk.owner, row.id, uuid4(), LEASE))
    assert taken is not None
    assert not await desk.resources.importer.work_next(never)
    await desk.resources.importer.work_on(desk.owner, row.id, never)
    assert (await desk.read(row)).processed_rows == 0
    await let_leases_end(desk)
    assert await desk.resources.importer.work_next(never)
    assert counts(await desk.read(row)) == DONE


async def test_many_workers_at_once_do_each_import_once(desk: Desk) -> None:
    others = [Desk(desk.resources, await a_user(desk.database)) for _ in range(2)]
    rows = [(each, await each.upload(ROWS)) for each in (desk, desk, *others)]
    workers = [Importer(desk.database, desk.resources.transactions, desk.resources.announcer) for _ in range(4)]

    async def work(one: Importer) -> None:
        while await one.work_next(never):
            pass

    await asyncio.gather(*(work(one) for one in workers))
    await desk.work()
    for each, row in rows:
        assert (await each.read(row)).status == "COMPLETED"
        assert len(await each.fans()) == 12
    assert sorted([(await desk.read(row)).inserted for each, row in rows if each is desk]) == [0, 12]


async def test_who_has_lost_the_lease_writes_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that was frozen for longer than its lease wakes up in the middle of a chunk."""
    row = await desk.upload(ROWS)
    carried_out = chunk.carry_out
    woken: list[int] = []

    async def frozen(self: Any, taken: FanImport, *rest: Any) -> None:
        if not woken:
            woken.append(1)
            await let_leases_end(desk)
            await Importer(desk.database, desk.resources.transactions, desk.resources.announcer).work_on(
                desk.owner, row.id, never
            )
        await chunked(self, taken, *rest)

    chunked = Progress.chunk
    monkeypatch.setattr(Progress, "chunk", frozen)
    await desk.resources.importer.work_on(desk.owner, row.id, never)
    done = await desk.read(row)
    assert (done.status, counts(done)) == ("COMPLETED", DONE)
    assert len(await desk.fans()) == 12
    assert chunk.carry_out is carried_out


async def test_each_step_looks_at_the_lease(desk: Desk) -> None:
    """Somebody else has taken the import, and has not moved it yet: nothing but the lease tells."""
    row = await desk.upload(ROWS)
    former, present = uuid4(), uuid4()
    taken = await writing(desk.database, lambda s: fan_imports.lease(s, desk.owner, row.id, former, LEASE))
    await let_leases_end(desk)
    assert await writing(desk.database, lambda s: fan_imports.lease(s, desk.owner, row.id, present, LEASE))
    assert taken is not None
    read = Reading((HEADER + ROWS).encode(), 0, 0)
    steps = Progress(desk.resources.transactions, desk.resources.announcer, LEASE)
    undoing = Undoing(desk.resources.transactions, desk.resources.announcer, LEASE)
    for step in (
        steps.counted(taken, former, read.layout, 14),
        steps.chunk(taken, former, 0, read.next()),
        steps.finish(taken, former),
        steps.fail(taken, former, "It was given up."),
        undoing.carry_on(taken, former, never, 1),
    ):
        with pytest.raises(LeaseLost):
            await step
    found = await desk.read(row)
    assert (found.status, found.lease_id, found.total_rows, counts(found)) == (
        "RUNNING",
        present,
        None,
        (0, 0, 0, 0, 0),
    )
    assert await desk.fans() == []


async def test_the_queue_of_imports_goes_by_turns(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importer, "SLICE", 1)
    other = Desk(desk.resources, await a_user(desk.database))
    long, short = await desk.upload(ROWS), await other.upload("one,,,,,\n")
    turns = []
    while await desk.resources.importer.work_next(never):
        turns.append(((await desk.read(long)).processed_rows, (await other.read(short)).processed_rows))
    assert turns[:4] == [(4, 0), (4, 1), (8, 1), (8, 1)]
    assert (await other.read(short)).status == (await desk.read(long)).status == "COMPLETED"


async def test_a_worker_that_stops_gives_its_import_back_at_once(desk: Desk) -> None:
    row = await desk.upload(ROWS)
    asked: list[int] = []

    def after_one() -> bool:
        asked.append(1)
        return len(asked) > 1

    await desk.resources.importer.work_next(after_one)
    half = await desk.read(row)
    assert (half.status, half.processed_rows, half.lease_id, half.leased_until) == ("RUNNING", 4, None, None)
    await desk.work()
    assert counts(await desk.read(row)) == DONE


async def test_an_import_that_kills_its_workers_is_given_up(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    row = await desk.upload(ROWS)
    plan = Planner.plan

    def fatal(self: Planner, rows: Any) -> Any:
        if any(each.number > 4 for each in rows):
            raise Killed
        return plan(self, rows)

    monkeypatch.setattr(Planner, "plan", fatal)
    for in_vain in range(MOST_ATTEMPTS + 1):
        with pytest.raises(Killed):
            await desk.resources.importer.work_next(never)
        # The first time the first chunk was written.
        assert (await desk.read(row)).attempts == in_vain
    await desk.work()
    given_up = await desk.read(row)
    assert (given_up.status, counts(given_up)) == ("FAILED", (4, 4, 0, 0, 0))
    assert given_up.status_detail is not None
    assert "given up" in given_up.status_detail
    assert not await desk.resources.importer.work_next(never)


async def test_somebody_who_adds_a_fan_at_the_same_moment_is_not_overrun(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look for known fans and the writing of new ones, one of them is added by hand, and one changed."""
    await store(desk.database, account(desk.owner))
    await desk.imported("old,Old,,,$5,\n")
    row = await desk.upload("new,New,,,,\nold,Older,,,$7,\n", on_duplicate="UPDATE")
    plan = Planner.plan
    happened: list[int] = []

    async def meanwhile() -> None:
        await desk.resources.fans.create(desk.owner, NewFan("By hand", "SANDBOX", handle="new", value_cents=900))
        async with desk.resources.transactions() as work:
            [old] = [fan for fan in await desk.fans() if fan.handle == "@old"]
            await fans.change(work.session, desk.owner, old.id, value_cents=1000)

    real = chunk._write

    async def write(*arguments: Any) -> None:
        if not happened:
            happened.append(1)
            await meanwhile()
        await real(*arguments)

    monkeypatch.setattr(chunk, "_write", write)
    await desk.work()
    assert counts(await desk.read(row)) == (2, 0, 2, 0, 0)
    found = {fan.handle: (fan.name, fan.value_cents) for fan in await desk.fans()}
    assert found == {"@new": ("New", 900), "@old": ("Older", 1000)}
    assert Planner.plan is plan


async def test_two_imports_of_the_same_fans_in_opposite_order_both_end(desk: Desk) -> None:
    """Each would wait for the other's new handles: whoever is the victim begins its chunk again."""
    forth = [f"fan{n},,,,,\n" for n in range(40)]
    rows = [await desk.upload("".join(forth)), await desk.upload("".join(reversed(forth)))]
    workers = [Importer(desk.database, desk.resources.transactions, desk.resources.announcer) for _ in rows]
    await asyncio.gather(*(one.work_on(desk.owner, row.id, never) for one, row in zip(workers, rows, strict=True)))
    await desk.work()
    done = [await desk.read(row) for row in rows]
    assert [each.status for each in done] == ["COMPLETED"] * 2
    assert sum(each.inserted for each in done) == len(await desk.fans()) == 40
    assert all(counts(each)[0] == 40 for each in done)
