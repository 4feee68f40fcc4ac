"""An import that is taken back: who goes, who stays, and what a crash leaves behind."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from db.models import Base, CampaignRecipient, Fan, FanImport, FanImportFan, LiveEvent
from db.queries import fan_import_fans
from services.fans.imports import imports, progress, reading, undo
from services.fans.update import FanChanges
from services.problems import Code, Rejected
from tests.services.fans.imports.imported import Desk, counts
from tests.services.fans.imports.test_importer import Killed, killed_after, let_leases_end
from tests.stored import account, campaign, conversation, store

FOUR = "a,Ann,,,,\nb,Bea,,,,\nc,Cleo,,,,\nd,Dora,,,,\n"


async def undone(desk: Desk, row: FanImport) -> FanImport:
    return await desk.resources.fan_imports.undo(desk.owner, row.id)


async def refusal(desk: Desk, row: FanImport) -> str:
    with pytest.raises(Rejected) as refused:
        await undone(desk, row)
    [problem] = refused.value.problems
    assert (problem.code, problem.path) == (Code.CONFLICT, ("id",))
    return problem.message


async def kinds(desk: Desk) -> list[str]:
    query = select(LiveEvent.kind).where(LiveEvent.user_id == desk.owner).order_by(LiveEvent.sequence)
    async with desk.database.reads() as session:
        return list((await session.scalars(query)).all())


async def noted(desk: Desk) -> int:
    async with desk.database.reads() as session:
        return len((await session.scalars(select(FanImportFan).where(FanImportFan.user_id == desk.owner))).all())


async def test_fans_nobody_has_touched_go_for_good(desk: Desk) -> None:
    row = await desk.imported(FOUR + "bad,,no,,,\n")
    done = await undone(desk, row)
    assert (done.status, done.undo_kept, done.status_detail) == ("UNDONE", 0, None)
    assert counts(done) == (5, 4, 0, 0, 1)
    assert done.version > row.version
    for fan in await desk.fans():
        assert (fan.name, fan.handle, fan.handle_key, fan.email, fan.tags) == ("Deleted fan", None, None, None, [])
        assert fan.deleted_at is not None
        assert fan.erased_at is not None
    assert await kinds(desk) == ["fan_updated"] * 4 + ["fan_deleted"] * 4
    assert await noted(desk) == 0
    again = await desk.imported(FOUR)
    assert counts(again) == (4, 4, 0, 0, 0)
    assert [fan.name for fan in await desk.fans() if fan.deleted_at is None] == ["Ann", "Bea", "Cleo", "Dora"]


async def test_who_was_touched_stays_and_is_counted(desk: Desk) -> None:
    home = account(desk.owner)
    await store(desk.database, home)
    row = await desk.imported(FOUR + "e,Eve,,,,\nf,Fay,,,,\n")
    ann, bea, cleo, dora, eve, _fay = await desk.fans()
    await desk.resources.fans.update(desk.owner, FanChanges(ann.id, values={"notes": "likes cats"}))
    await store(desk.database, conversation(bea))
    news = campaign(home)
    await store(desk.database, news)
    await store(
        desk.database,
        CampaignRecipient(user_id=desk.owner, campaign_id=news.id, fan_id=cleo.id, position=0),
    )
    await desk.resources.fans.delete(desk.owner, dora.id)
    await desk.imported("e,Eva,,,,\n", on_duplicate="UPDATE")
    done = await undone(desk, row)
    assert (done.status, done.undo_kept) == ("UNDONE", 4)
    assert [(fan.name, fan.deleted_at is None) for fan in await desk.fans()] == [
        ("Ann", True), ("Bea", True), ("Cleo", True), ("Dora", False), ("Eva", True), ("Deleted fan", False),
    ]  # fmt: skip
    assert eve.version == 1


async def test_what_the_import_itself_has_changed_is_not_touched(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "CHUNK", 1)
    row = await desk.imported("a,Ann,,,,\na,Anna,,,,\na,,,VIP,,\n", on_duplicate="UPDATE")
    assert counts(row) == (3, 1, 2, 0, 0)
    assert (await undone(desk, row)).undo_kept == 0
    assert [fan.name for fan in await desk.fans()] == ["Deleted fan"]


@pytest.mark.parametrize("policy", ["UPDATE", "SKIP"])
async def test_who_is_edited_between_two_chunks_stays(desk: Desk, monkeypatch: pytest.MonkeyPatch, policy: str) -> None:
    """The import changes her again afterwards, or does not; what a person has written is hers."""
    monkeypatch.setattr(reading, "CHUNK", 1)
    row = await desk.upload("a,Ann,,,,\nb,Bea,,,,\na,Anna,,,,\nb,Bia,,,,\n", on_duplicate=policy)
    looks = iter([False, False])
    await desk.resources.importer.work_next(lambda: next(looks, True))
    ann, bea = await desk.fans()
    await desk.resources.fans.update(desk.owner, FanChanges(ann.id, values={"notes": "likes cats"}))
    await desk.work()
    changed = policy == "UPDATE"
    assert counts(await desk.read(row)) == (4, 2, 2 if changed else 0, 0 if changed else 2, 0)
    assert (await undone(desk, row)).undo_kept == 1
    ann, bea = await desk.fans()
    assert (ann.name, ann.notes, ann.deleted_at) == ("Anna" if changed else "Ann", "likes cats", None)
    assert bea.name == "Deleted fan"


async def test_a_fan_who_was_brought_back_is_deleted_again(desk: Desk) -> None:
    await desk.imported("a,Ann,,,,\n")
    [ann] = await desk.fans()
    await desk.resources.fans.delete(desk.owner, ann.id)
    row = await desk.imported("a,Anna,,VIP,,\n")
    assert (await undone(desk, row)).undo_kept == 0
    [ann] = await desk.fans()
    assert (ann.name, ann.handle, ann.deleted_at is None, ann.erased_at) == ("Anna", "@a", False, None)


async def test_changes_to_fans_who_were_there_stay(desk: Desk) -> None:
    await desk.imported("a,Ann,,,,\n")
    row = await desk.imported("a,Anna,,,,\nb,Bea,,,,\n", on_duplicate="UPDATE")
    assert (await undone(desk, row)).undo_kept == 0
    assert [(fan.name, fan.deleted_at is None) for fan in await desk.fans()] == [("Anna", True), ("Deleted fan", False)]


async def test_what_cannot_be_undone(desk: Desk) -> None:
    dry = await desk.imported(FOUR, dry_run=True)
    assert "dry run" in await refusal(desk, dry)
    waiting = await desk.upload(FOUR)
    assert "under way" in await refusal(desk, waiting)
    await desk.work()
    await undone(desk, waiting)
    assert "undone already" in await refusal(desk, waiting)
    assert len(await desk.fans()) == 4


async def test_a_long_one_is_finished_by_a_worker(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undo, "STEP", 1)
    monkeypatch.setattr(undo, "TOLD_ONE_BY_ONE", 2)
    monkeypatch.setattr(imports, "UNDO_SECONDS", -1.0)
    row = await desk.imported(FOUR)
    begun = await undone(desk, row)
    assert (begun.status, begun.status_detail, begun.undo_kept) == ("RUNNING", "It is being undone.", 0)
    assert "under way" in await refusal(desk, row)
    await desk.work()
    done = await desk.read(row)
    assert (done.status, done.undo_kept, done.status_detail) == ("UNDONE", 0, None)
    assert {fan.name for fan in await desk.fans()} == {"Deleted fan"}
    assert await kinds(desk) == ["fan_updated"] * 4 + ["resync_required"]


async def test_a_kill_in_the_middle_forgets_nobody(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undo, "STEP", 2)
    for number in (4, 9, 14, 20):
        row = await desk.imported(FOUR)
        with killed_after(desk, number), pytest.raises(Killed):
            await undone(desk, row)
        await let_leases_end(desk)
        await desk.work()
        done = await desk.read(row)
        assert (done.status, done.undo_kept) == ("UNDONE", 0), f"killed after {number} statements"
        assert [fan for fan in await desk.fans() if fan.deleted_at is None] == []


def test_whatever_refers_to_a_fan_keeps_her() -> None:
    """A table that is added later is looked at without being named here; the two that are not have their reasons."""
    looked_at = {table.name for table, _ in fan_import_fans._references()}
    every: set[Any] = {
        table.name
        for table in Base.metadata.sorted_tables
        for key in table.foreign_key_constraints
        if key.referred_table is Fan.__table__
    }
    assert every - looked_at == {"fan_import_fans", "messages"}
    assert {"conversations", "campaign_recipients"} <= looked_at
    assert progress.TOLD_ONE_BY_ONE == 100
