"""Dry runs: what they count, that they change nothing, and what can be confirmed."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest

from db.engine import WriteSession
from db.models import FanImport, FanImportFile, FanImportPreview
from db.queries import fan_imports
from services.fans.imports import reading
from services.fans.imports.imports import KEPT_DRY_RUNS
from services.problems import Code, Rejected
from tests.services.fans.imports.imported import ROBIN, Desk, counts, stored
from tests.stored import a_user, somebody_waits, writing
from tests.waiting import eventually


async def test_a_dry_run_counts_and_changes_nothing(desk: Desk) -> None:
    await desk.imported(ROBIN + "gone,,,,,\n")
    _, gone = await desk.fans()
    await desk.resources.fans.delete(desk.owner, gone.id)
    before = [(fan.id, fan.version) for fan in await desk.fans()]
    text = "robin,Rob,,,,\nnew,,,,,\nnew,New,,,,\ngone,,,,,\nbad,,no,,,\nnew,New,,,,\n"
    dry = await desk.imported(text, dry_run=True, on_duplicate="UPDATE")
    assert (dry.status, dry.dry_run, counts(dry)) == ("COMPLETED", True, (6, 2, 2, 1, 1))
    assert [(fan.id, fan.version) for fan in await desk.fans()] == before
    assert await stored(desk, FanImportPreview) == 0
    confirmed = await desk.resources.fan_imports.confirm(desk.owner, dry.id)
    assert (confirmed.id, confirmed.dry_run, confirmed.status, counts(confirmed)) == (
        dry.id, False, "PENDING", (0, 0, 0, 0, 0),
    )  # fmt: skip
    await desk.work()
    done = await desk.read(confirmed)
    assert (done.status, counts(done)) == ("COMPLETED", (6, 2, 2, 1, 1))
    assert done.version > dry.version
    assert [number for number, _, _ in await desk.problems(done)] == [5]
    assert await stored(desk, FanImportFile) == 0
    assert sorted((fan.name, fan.deleted_at) for fan in await desk.fans()) == [
        ("New", None), ("Rob", None), ("gone", None),
    ]  # fmt: skip


@pytest.mark.parametrize("policy", ["SKIP", "UPDATE"])
async def test_a_dry_run_tells_what_the_import_then_does_whatever_its_chunks(
    desk: Desk, policy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Against itself: few names, so that rows meet again across chunks in every way."""
    dice = random.Random(policy)

    def some(*choices: str) -> str:
        return dice.choice([*choices, ""])

    def line() -> str:
        handle, email = some("a", "B", "c", "d"), some("a@x.com", "B@x.com", "c@x.com")
        return f"{handle},{some('Ann', 'BEA', 'cleo')},{email},{some('x', 'y')},{some('1', '2')},\n"

    text = "".join(line() for _ in range(60))
    outcomes = []
    for size in (500, 7):
        monkeypatch.setattr(reading, "CHUNK", size)
        owner = await a_user(desk.database)
        await desk.of(owner, "a,,,,,\n,Bea,,,,\n,,c@x.com,,,\n")
        dry = await desk.upload(text, owner, dry_run=True, on_duplicate=policy)
        await desk.work()
        expected = counts(await desk.read(dry))
        await desk.resources.fan_imports.confirm(owner, dry.id)
        await desk.work()
        assert counts(await desk.read(dry)) == expected
        outcomes.append((expected, [(fan.name, fan.handle, fan.email, fan.tags) for fan in await desk.fans(owner)]))
    assert outcomes[0] == outcomes[1]


async def test_what_cannot_be_confirmed(desk: Desk) -> None:
    async def refusal(row: FanImport) -> str:
        with pytest.raises(Rejected) as refused:
            await desk.resources.fan_imports.confirm(desk.owner, row.id)
        [problem] = refused.value.problems
        assert (problem.code, problem.path) == (Code.CONFLICT, ("id",))
        return problem.message

    assert "no dry run" in await refusal(await desk.imported(ROBIN))
    waiting = await desk.upload(ROBIN, dry_run=True)
    assert "ended well" in await refusal(waiting)
    await desk.work()
    failed = await desk.imported('a,"b', dry_run=True)
    assert "ended well" in await refusal(failed)
    await desk.resources.fan_imports.confirm(desk.owner, waiting.id)
    assert "confirmed already" in await refusal(waiting)


async def test_an_upload_is_kept_a_day_and_of_many_the_newest(desk: Desk) -> None:
    rows = [await desk.imported(ROBIN, dry_run=True) for _ in range(KEPT_DRY_RUNS + 2)]
    assert await stored(desk, FanImportFile) == KEPT_DRY_RUNS + 1
    with pytest.raises(Rejected, match="not kept any more"):
        await desk.resources.fan_imports.confirm(desk.owner, rows[0].id)
    await desk.resources.fan_imports.confirm(desk.owner, rows[1].id)


async def test_what_is_being_confirmed_keeps_its_upload(desk: Desk) -> None:
    """Whoever trims uploads comes while a confirmation has looked for its upload and has not committed yet."""
    rows = [await desk.imported(ROBIN, dry_run=True) for _ in range(3)]
    owner, first = desk.owner, rows[0].id

    async def old(session: WriteSession) -> list[UUID]:
        return sorted(await fan_imports.unconfirmed(session, owner, behind=1))

    async with desk.resources.transactions() as work:
        assert await fan_imports.lock(work.session, owner, first) is not None
        assert await fan_imports.has_upload(work.session, owner, first)
        assert await writing(desk.database, old) == [rows[1].id]
        aged = partial(fan_imports.remove_old_uploads, older_than=timedelta(0), limit=9)
        assert await writing(desk.database, aged) == 2
        await fan_imports.change(work.session, owner, first, status="PENDING", dry_run=False)
    assert await stored(desk, FanImportFile) == 1
    await desk.work()
    done = await desk.read(rows[0])
    assert (done.status, done.dry_run, counts(done)) == ("COMPLETED", False, (1, 1, 0, 0, 0))


async def test_while_uploads_are_trimmed_a_confirmation_waits_and_is_refused(desk: Desk, database_url: str) -> None:
    row = await desk.imported(ROBIN, dry_run=True)
    async with desk.resources.transactions() as work:
        old = await fan_imports.unconfirmed(work.session, desk.owner, behind=0)
        await fan_imports.remove_uploads(work.session, desk.owner, old)
        confirming = asyncio.create_task(desk.resources.fan_imports.confirm(desk.owner, row.id))
        await eventually(lambda: somebody_waits(database_url), what="the confirmation")
    with pytest.raises(Rejected, match="not kept any more"):
        await confirming
    assert (await desk.read(row)).dry_run


async def test_a_foreign_import_is_an_unknown_one(desk: Desk) -> None:
    dry = await desk.imported(ROBIN, dry_run=True)
    stranger = await a_user(desk.database)
    for call in (desk.resources.fan_imports.confirm, desk.resources.fan_imports.undo):
        with pytest.raises(Rejected) as refused:
            await call(stranger, dry.id)
        assert [(each.code, each.path) for each in refused.value.problems] == [(Code.NOT_FOUND, ("id",))]
