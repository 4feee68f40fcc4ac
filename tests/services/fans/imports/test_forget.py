"""Erasing a fan reaches the files that were uploaded before: waiting, half done, rehearsed, failed."""

from __future__ import annotations

from uuid import UUID

import pytest

from db.models import Fan, FanImport
from db.queries import fan_imports
from services.fans.imports import reading
from services.fans.imports.columns import columns_of
from services.fans.imports.forget import is_hers, without_her
from tests.services.fans.imports.imported import Desk, counts, never
from tests.stored import fan
from tests.stored import reading as read

COLUMNS = columns_of(["Username", "Display Name", "Email"])
OWNER = UUID(int=1)


def robin() -> Fan:
    return fan(OWNER, name="Robin", handle="@Robin", handle_key="robin", email="R@x.com")


@pytest.mark.parametrize(
    ("cells", "hers"),
    [
        (["robin", "", ""], True),
        (["@ROBIN", "Somebody", ""], True),
        (["other", "", "r@X.com"], True),
        (["", "robin", ""], True),
        (["", "Robin", "other@x.com"], False),
        (["other", "Robin", ""], False),
        (["kim", "Kim", "k@x.com"], False),
        ([], False),
    ],
)
def test_rows_of_hers(cells: list[str], hers: bool) -> None:
    assert is_hers(cells, COLUMNS, robin()) is hers


def test_her_rows_become_blank_lines_and_all_others_stay_where_they_are() -> None:
    content = b'sep=;\nUsername;Display Name\nkim;"Kim; K"\n\n@robin;x\n;ROBIN\nlee;Lee\n'
    assert without_her(content, robin()) == b"Username,Display Name\r\nkim,Kim; K\r\n\r\n\r\n\r\nlee,Lee\r\n"


@pytest.mark.parametrize("content", [b"Username\nkim\n", b"Username\nrobins\n", b"Username,Notes\nkim,robin\n"])
def test_a_file_without_her_is_left_alone(content: bytes) -> None:
    assert without_her(content, robin()) is None


async def upload(desk: Desk, row: FanImport) -> bytes:
    content = await read(desk.database, lambda session: fan_imports.upload(session, desk.owner, row.id))
    assert content is not None
    return content


async def erase(desk: Desk, handle: str) -> None:
    [her] = [each for each in await desk.fans() if each.handle == handle]
    await desk.resources.fans.erase(desk.owner, her.id)


async def test_she_does_not_come_back_by_a_file_that_waits(desk: Desk) -> None:
    await desk.imported("robin,Robin,r@x.com,,,\n")
    dry = await desk.imported("kim,Kim,,,,\nROBIN,,,,,\nlee,,r@x.com,,,\n", dry_run=True)
    waiting = await desk.upload("lee,Lee,,,,\nrobin,Robin,,,,\n")
    untouched = await desk.upload("sam,Sam,,,,\n")
    before = await upload(desk, untouched)
    await erase(desk, "@robin")
    for row in (dry, waiting):
        kept = await upload(desk, row)
        assert b"robin" not in kept.lower()
        assert b"r@x.com" not in kept
    assert await upload(desk, untouched) == before
    await desk.work()
    done = await desk.read(waiting)
    assert (done.status, done.total_rows, counts(done)) == ("COMPLETED", 1, (1, 1, 0, 0, 0))
    await desk.resources.fan_imports.confirm(desk.owner, dry.id)
    await desk.work()
    assert counts(await desk.read(dry)) == (1, 1, 0, 0, 0)
    assert sorted(each.name for each in await desk.fans()) == ["Deleted fan", "Kim", "Lee", "Sam"]


async def test_an_import_that_is_half_done_goes_on_behind_her(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "CHUNK", 2)
    row = await desk.upload("robin,,,,,\na,,,,,\nb,,,,,\n@Robin,,,,,\nc,,,,,\n")
    asked: list[int] = []

    def after_one() -> bool:
        asked.append(1)
        return len(asked) > 1

    await desk.resources.importer.work_next(after_one)
    assert (await desk.read(row)).processed_rows == 2
    await erase(desk, "@robin")
    await desk.work()
    done = await desk.read(row)
    assert (done.status, done.total_rows, counts(done)) == ("COMPLETED", 4, (4, 4, 0, 0, 0))
    assert sorted(each.name for each in await desk.fans()) == ["Deleted fan", "a", "b", "c"]


async def test_a_worker_that_has_read_the_file_already_reads_it_anew(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "CHUNK", 2)
    await desk.imported("robin,,,,,\n")
    row = await desk.upload("a,,,,,\nb,,,,,\nrobin,Robin,,,,\nc,,,,,\n", on_duplicate="UPDATE")
    step, begun = reading.Reading.next, []

    def erased_meanwhile(self: reading.Reading) -> reading.Piece:
        begun.append(self.position)
        return step(self)

    async def stop() -> None:
        await erase(desk, "@robin")

    real = desk.resources.importer._progress.chunk

    async def chunk(*arguments: object) -> None:
        if len(begun) == 2:
            await stop()
            begun.append(99)
        await real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(reading.Reading, "next", erased_meanwhile)
    monkeypatch.setattr(desk.resources.importer._progress, "chunk", chunk)
    await desk.resources.importer.work_next(never)
    assert (await desk.read(row)).processed_rows == 2
    await desk.work()
    assert counts(await desk.read(row)) == (3, 3, 0, 0, 0)
    assert sorted(each.name for each in await desk.fans()) == ["Deleted fan", "a", "b", "c"]


async def test_a_dry_run_that_is_half_done_begins_again_without_her(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "CHUNK", 2)
    await desk.imported("robin,Robin,,,,\n")
    row = await desk.upload("a,,,,,\nrobin,Rob,,,,\nb,,,,,\n", dry_run=True, on_duplicate="UPDATE")
    asked: list[int] = []

    def after_one() -> bool:
        asked.append(1)
        return len(asked) > 1

    await desk.resources.importer.work_next(after_one)
    await erase(desk, "@robin")
    assert counts(await desk.read(row)) == (0, 0, 0, 0, 0)
    await desk.work()
    assert counts(await desk.read(row)) == (2, 2, 0, 0, 0)


async def test_rows_of_hers_that_failed_are_forgotten(desk: Desk) -> None:
    await desk.imported("robin,Robin,r@x.com,,,\n")
    row = await desk.imported("robin,,,,free,\nkim,,,,free,\n,x,R@X.com,,free,\n")
    assert len(await desk.problems(row)) == 3
    await erase(desk, "@robin")
    assert [number for number, _, _ in await desk.problems(row)] == [2]
    assert (await desk.read(row)).error_count == 3
