"""The same file again, where it contradicts itself: it finds whom it has called otherwise, and no stranger does."""

from __future__ import annotations

import pytest

from db.models import FanImportFormerKey
from services.fans.imports import reading
from tests.services.fans.imports.imported import Desk, counts, stored
from tests.services.fans.imports.test_importer import Killed, killed_after, let_leases_end
from tests.stored import a_user

MIA = ",Mia,,,,\nmia,Mia,,,,\nmia,Maria,,,,\n"
KIM = ",Kim,k@x.com,,,\nkim,,k@x.com,,,\nkim,Kimberly,kim@x.com,,,\n"
CONTRADICTING = MIA + KIM
ANA = ",Ana,,,,\nana1,Ana,,,,\nana2,Ana,,,,\n"
BOTH = [("Maria", "@mia"), ("Kimberly", "@kim")]


@pytest.fixture(autouse=True, params=[2, 500])
def chunks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "CHUNK", request.param)


async def names(desk: Desk) -> list[tuple[str, str | None]]:
    return [(fan.name, fan.handle) for fan in await desk.fans() if fan.deleted_at is None]


async def test_it_inserts_nothing(desk: Desk) -> None:
    first = await desk.imported(CONTRADICTING, on_duplicate="UPDATE")
    assert (counts(first), await names(desk)) == ((6, 2, 4, 0, 0), BOTH)

    again = await desk.imported(CONTRADICTING, on_duplicate="UPDATE", file_name="copy.csv")
    kept = await stored(desk, FanImportFormerKey)
    await desk.imported(CONTRADICTING, on_duplicate="UPDATE")
    skipping = await desk.imported(CONTRADICTING, on_duplicate="SKIP")

    assert (again.inserted, again.error_count) == (0, 0)
    assert counts(skipping) == (6, 0, 0, 6, 0)
    assert await names(desk) == BOTH
    assert await stored(desk, FanImportFormerKey) == kept == 6


async def test_a_row_that_was_taken_for_somebody_adds_nobody_later(desk: Desk) -> None:
    skipping = await desk.imported(ANA, on_duplicate="SKIP")
    assert (counts(skipping), await names(desk)) == ((3, 1, 0, 2, 0), [("Ana", None)])

    updating = await desk.imported(ANA, on_duplicate="UPDATE")
    assert (counts(updating), await names(desk)) == ((3, 0, 1, 1, 1), [("Ana", "@ana1")])
    others = await desk.imported("ana2,Ana,,,,\n", on_duplicate="UPDATE")
    assert (counts(others), await names(desk)) == ((1, 1, 0, 0, 0), [("Ana", "@ana1"), ("Ana", "@ana2")])
    assert counts(await desk.imported(ANA, on_duplicate="UPDATE")) == (3, 0, 0, 2, 1)


async def test_a_dry_run_tells_the_same_and_keeps_nothing(desk: Desk) -> None:
    await desk.imported(CONTRADICTING, on_duplicate="UPDATE")
    kept = await stored(desk, FanImportFormerKey)
    dry = await desk.imported(CONTRADICTING, on_duplicate="UPDATE", dry_run=True)
    assert kept > 0
    assert await stored(desk, FanImportFormerKey) == kept

    await desk.resources.fan_imports.confirm(desk.owner, dry.id)
    await desk.work()

    assert counts(await desk.read(dry)) == counts(dry)
    assert dry.inserted == 0


@pytest.mark.parametrize("dry_run", [True, False])
async def test_it_remembers_from_one_chunk_to_the_next(desk: Desk, dry_run: bool) -> None:
    first = await desk.imported("mia,Mia,,,,\nmia,Maria,,,,\n,Mia,,,,\n", on_duplicate="UPDATE", dry_run=dry_run)
    assert counts(first) == (3, 1, 2, 0, 0)


async def test_another_file_with_that_name_means_somebody_else(desk: Desk) -> None:
    await desk.imported(CONTRADICTING, on_duplicate="UPDATE")
    stranger = await desk.imported(",Mia,,,,\n", on_duplicate="UPDATE")
    assert counts(stranger) == (1, 1, 0, 0, 0)


async def test_what_another_user_imported_is_nothing_to_me(desk: Desk) -> None:
    await desk.imported(CONTRADICTING, on_duplicate="UPDATE")
    theirs = await desk.of(await a_user(desk.database), CONTRADICTING)
    assert counts(theirs) == (6, 2, 0, 4, 0)


async def test_a_worker_killed_between_two_chunks_makes_no_difference(desk: Desk) -> None:
    await desk.imported(CONTRADICTING, on_duplicate="UPDATE")
    with killed_after(desk, 10_000) as seen:
        await desk.imported(CONTRADICTING, on_duplicate="UPDATE")
    for number in range(3, seen[0] - 9, 5):
        row = await desk.upload(CONTRADICTING, on_duplicate="UPDATE")
        with killed_after(desk, number), pytest.raises(Killed):
            await desk.work()
        await let_leases_end(desk)
        await desk.work()
        assert (await desk.read(row)).inserted == 0
    assert await names(desk) == BOTH


async def test_nothing_is_kept_of_who_is_erased_or_taken_back(desk: Desk) -> None:
    await desk.imported(MIA, on_duplicate="UPDATE")
    [mia] = await desk.fans()
    assert await stored(desk, FanImportFormerKey) == 1
    await desk.resources.fans.erase(desk.owner, mia.id)
    assert await stored(desk, FanImportFormerKey) == 0

    await desk.imported(ANA, on_duplicate="SKIP")
    await desk.imported("ana1,Ana 1,,,,\nana2,Ana 2,,,,\n", on_duplicate="SKIP")
    [*_, one, two] = await desk.fans()
    assert (one.handle, two.handle, await stored(desk, FanImportFormerKey)) == ("@ana1", "@ana2", 2)
    await desk.resources.fans.erase(desk.owner, two.id)
    assert await stored(desk, FanImportFormerKey) == 1
    await desk.resources.fans.erase(desk.owner, one.id)
    assert await stored(desk, FanImportFormerKey) == 0

    second = await desk.imported(KIM, on_duplicate="UPDATE")
    assert await stored(desk, FanImportFormerKey) == 2
    await desk.resources.fan_imports.undo(desk.owner, second.id)
    assert await stored(desk, FanImportFormerKey) == 0
    assert (await desk.imported(KIM, on_duplicate="UPDATE")).inserted == 1
