"""Uploads, dry runs and what becomes of them, on the real stores."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from db.models import Fan, FanImport, FanImportFile, LiveEvent, new_id
from db.queries import fan_lists, fans
from db.queries.fan_lists import FanOrder
from db.queries.keyset import Window
from services.access.allowance import Operation
from services.fans import filter as fan_filter
from services.fans.create import NewFan
from services.fans.filter import FanFilter
from services.fans.imports import imports, notes, progress, reading
from services.fans.imports.housekeeping import tidy
from services.fans.imports.imports import MAX_FILE_BYTES
from services.problems import Code, InvalidInput, Rejected
from tests.services.fans.imports.imported import ROBIN, Desk, counts, stored
from tests.stored import a_user, account, store


async def rejected(desk: Desk, content: str | bytes = ROBIN, **options: Any) -> list[tuple[Code, Any, Any]]:
    with pytest.raises(Rejected) as refused:
        await desk.upload(content, **options)
    return [(each.code, each.path, getattr(each, "rule", None)) for each in refused.value.problems]


async def test_a_file_becomes_fans(desk: Desk) -> None:
    uploaded = await desk.upload(ROBIN + "@kim,,,,,\n,Sasha,,,,\n")
    assert (uploaded.status, uploaded.total_rows, uploaded.started_at) == ("PENDING", None, None)
    await desk.work()
    done = await desk.read(uploaded)
    assert (done.status, done.status_detail, done.total_rows) == ("COMPLETED", None, 3)
    assert counts(done) == (3, 3, 0, 0, 0)
    assert done.started_at is not None
    assert done.finished_at is not None
    robin, kim, sasha = await desk.fans()
    assert (robin.name, robin.handle, robin.handle_key, robin.email) == ("Robin", "@robin", "robin", "r@x.com")
    assert (robin.tags, robin.value_cents, robin.platform) == (["VIP"], 123_456, "SANDBOX")
    assert (robin.last_seen_at, robin.version) == (datetime(2025, 11, 1, 10, tzinfo=UTC), 1)
    assert (kim.name, kim.handle, kim.value_cents, kim.tags) == ("kim", "@kim", 0, [])
    assert (sasha.name, sasha.handle, sasha.handle_key, sasha.email) == ("Sasha", None, None, None)
    assert await stored(desk, FanImportFile) == 0


async def test_imported_fans_are_found_by_words_and_tags(desk: Desk) -> None:
    await desk.imported("zoe,Zoë Müller,zoe@example.com,Très VIP,,\nkim,Kim,,,,\n")
    texts = [FanFilter(search=text) for text in ("muller", "@zoe", "example")]
    for wanted in (*texts, FanFilter(tags=("Très VIP",))):
        selection = fan_filter.selection(desk.owner, wanted)
        async with desk.database.reads() as session:
            page = await fan_lists.read_list(session, desk.owner, selection, FanOrder(), Window(10))
        assert [fan.name for fan in page.rows] == ["Zoë Müller"], wanted


async def test_the_same_file_again_inserts_nothing(desk: Desk) -> None:
    text = ROBIN + ",Kim,kim@x.com,,,\n,Sasha,,,,\nbad,,nomail,,,\n"
    assert counts(await desk.imported(text)) == (4, 3, 0, 0, 1)
    before = [(fan.id, fan.version) for fan in await desk.fans()]
    for policy in ("SKIP", "UPDATE"):
        assert counts(await desk.imported(text, on_duplicate=policy)) == (4, 0, 0, 3, 1)
    assert [(fan.id, fan.version) for fan in await desk.fans()] == before


async def test_one_rule_in_the_file_and_in_the_database(desk: Desk) -> None:
    rows = ["@Robin,Robin,,,,", ",Robin R,r@x.com,,,", "robin2,,R@X.COM,,,", ",ROBIN R,,,,", "ROBIN,,,,,"]
    together = await desk.imported("\n".join(rows) + "\n")
    other = await a_user(desk.database)
    one_by_one = [(await desk.of(other, f"{row}\n")).inserted for row in rows]
    assert counts(together) == (5, 2, 0, 3, 0)
    assert one_by_one == [1, 1, 0, 0, 0]
    names = [(fan.name, fan.handle, fan.email) for fan in await desk.fans()]
    assert names == [(fan.name, fan.handle, fan.email) for fan in await desk.fans(other)]


async def test_an_update_writes_what_is_new(desk: Desk) -> None:
    await desk.imported(ROBIN)
    later = "ROBIN,Rob,new@x.com,Gold,$1.00,2025-12-01\nrobin,,,,$2000,\nrobin,,,,$2000,\n"
    assert counts(await desk.imported(later)) == (3, 0, 0, 3, 0)
    assert counts(await desk.imported(later, on_duplicate="UPDATE")) == (3, 0, 2, 1, 0)
    [robin] = await desk.fans()
    assert (robin.name, robin.handle, robin.email, robin.tags) == ("Rob", "@robin", "new@x.com", ["VIP", "Gold"])
    assert (robin.value_cents, robin.last_seen_at) == (200_000, datetime(2025, 12, 1, tzinfo=UTC))
    assert robin.version == 2
    selection = fan_filter.selection(desk.owner, FanFilter(search="rob", tags=("Gold",)))
    async with desk.database.reads() as session:
        assert len((await fan_lists.read_list(session, desk.owner, selection, FanOrder(), Window(9))).rows) == 1


async def test_a_purchase_that_the_file_does_not_know_stays(desk: Desk) -> None:
    await desk.imported(ROBIN)
    [robin] = await desk.fans()
    async with desk.resources.transactions() as work:
        await fans.change(work.session, desk.owner, robin.id, value_cents=Fan.value_cents + 5000)
    assert counts(await desk.imported(ROBIN, on_duplicate="UPDATE")) == (1, 0, 0, 1, 0)
    [robin] = await desk.fans()
    assert (robin.value_cents, robin.version) == (128_456, 2)


async def test_a_deleted_fan_comes_back_and_an_erased_one_does_not(desk: Desk) -> None:
    await desk.imported(ROBIN + "kim,Kim,k@x.com,,,\n")
    robin, kim = await desk.fans()
    await desk.resources.fans.delete(desk.owner, robin.id)
    await desk.resources.fans.erase(desk.owner, kim.id)
    assert counts(await desk.imported("robin,Rob,,,,\nkim,Kim,k@x.com,,,\n")) == (2, 2, 0, 0, 0)
    back, erased, new = await desk.fans()
    assert (back.id, back.deleted_at, back.name, back.tags) == (robin.id, None, "Rob", ["VIP"])
    assert (erased.id, erased.name, erased.deleted_at is None) == (kim.id, "Deleted fan", False)
    assert (new.name, new.handle) == ("Kim", "@kim")


async def test_bad_rows_are_reported_and_the_rest_goes_on(desk: Desk) -> None:
    row = await desk.imported("\nrobin,,,,,\n,,only@x.com,,,\nkim,,nomail,,1.234,\nrobin,,,,,\n")
    assert (row.status, row.total_rows) == ("COMPLETED", 4)
    assert counts(row) == (4, 1, 0, 1, 2)
    found = [(number, column) for number, column, _ in await desk.problems(row)]
    assert found == [(3, None), (4, "Email"), (4, "Total Spent")]


async def test_what_was_taken_for_granted_is_said(desk: Desk) -> None:
    header = "Username,Shoe Size,Last Seen,Total Spent\n"
    content = header + "a,40,11/01/2025 10:00,5 €\nb,41,11/02/2025,\nzoë,,,\n"
    row = await desk.imported(content.encode("cp1252"))
    assert row.warnings == [
        "The file is not UTF-8; it was read as Windows-1252.",
        "Columns of other names were passed over: Shoe Size.",
        "Dates like 11/01/2025 were read with the month first, in 2 rows.",
        "Times without a zone were taken as UTC, in 1 row.",
        "Amounts in EUR were taken as they are, without conversion, in 1 row.",
    ]
    assert [fan.name for fan in await desk.fans()] == ["a", "b", "zoë"]
    assert (await desk.imported(ROBIN)).warnings == []
    only_header = await desk.imported("")
    assert (only_header.status, only_header.total_rows, counts(only_header)) == ("COMPLETED", 0, (0, 0, 0, 0, 0))
    assert only_header.warnings == ["The file has no rows below the line that names its columns."]


# ---- where the fans belong


async def test_fans_belong_to_the_only_account_or_to_the_one_that_is_named(desk: Desk) -> None:
    first, second = account(desk.owner, "one"), account(desk.owner, "two")
    await store(desk.database, first)
    assert (await desk.imported(ROBIN)).creator_account_id == first.id
    await store(desk.database, second)
    assert await rejected(desk) == [(Code.INVALID_INPUT, ("accountId",), "required")]
    assert counts(await desk.imported(ROBIN, account_id=second.id)) == (1, 1, 0, 0, 0)
    assert [fan.creator_account_id for fan in await desk.fans()] == [first.id, second.id]
    stranger = await a_user(desk.database)
    foreign = account(stranger, "three")
    await store(desk.database, foreign)
    assert await rejected(desk, account_id=foreign.id) == [(Code.NOT_FOUND, ("accountId",), None)]
    assert await rejected(desk, account_id=first.id, platform="FANSLY") == [
        (Code.INVALID_INPUT, ("platform",), "same_platform")
    ]


async def test_a_row_may_name_its_platform(desk: Desk) -> None:
    here, one, two = account(desk.owner), account(desk.owner, "1", platform="FANSLY"), account(desk.owner, "2")
    two.platform = "FANSLY"
    await store(desk.database, here, one, two)
    row = await desk.imported(b"Username,Platform\na,\na,OnlyFans\na,sandbox\na,Fansly\na,MySpace\n")
    assert counts(row) == (5, 2, 0, 1, 2)
    assert [(number, column) for number, column, _ in await desk.problems(row)] == [(4, "Platform"), (5, "Platform")]
    assert [(fan.platform, fan.creator_account_id) for fan in await desk.fans()] == [
        ("SANDBOX", here.id), ("ONLYFANS", None),
    ]  # fmt: skip


async def test_fans_imported_before_an_account_was_connected_are_the_accounts_afterwards(desk: Desk) -> None:
    dry = await desk.imported(ROBIN, dry_run=True)
    await store(desk.database, account(desk.owner))
    await desk.resources.fan_imports.confirm(desk.owner, dry.id)
    await desk.work()
    [robin] = await desk.fans()
    assert robin.creator_account_id is not None
    with pytest.raises(Rejected, match="CONFLICT"):
        await desk.resources.fans.create(desk.owner, NewFan("Robin", "SANDBOX", handle="robin"))


# ---- what is refused before anything is stored


@pytest.mark.parametrize(
    ("content", "options", "rule"),
    [
        (b"", {}, "not_empty"),
        (ROBIN, {"file_name": "fans.xlsx"}, "extension"),
        (ROBIN, {"file_name": "fans.csv.exe"}, "extension"),
        (ROBIN, {"file_name": "x" * 252 + ".csv"}, "max_length"),
        (ROBIN, {"file_name": "\x00.csv"}, "characters"),
        (ROBIN, {"size": MAX_FILE_BYTES + 1}, "max_bytes"),
        (b"PK\x03\x04", {}, "csv"),
        (b"Username\nrob\x00in\n", {}, "text"),
        (b"robin,Robin\n", {}, "header"),
        (b"Email\nr@x.com\n", {}, "header"),
        (",".join(["Username", *["x"] * 299]).encode(), {}, "max_columns"),
    ],
)
async def test_a_file_that_is_refused_leaves_nothing(
    desk: Desk, content: str | bytes, options: dict[str, Any], rule: str
) -> None:
    assert await rejected(desk, content, **options) == [(Code.INVALID_INPUT, ("file",), rule)]
    assert await stored(desk, FanImport) == await stored(desk, FanImportFile) == 0
    assert await imports_left(desk) == 100_000


async def test_the_name_of_a_file_is_kept_without_its_folders(desk: Desk) -> None:
    assert (await desk.upload(ROBIN, file_name="C:\\fans\\My Fans.CSV")).file_name == "My Fans.CSV"
    assert (await desk.upload(ROBIN, file_name="/home/mia/fans.csv")).file_name == "fans.csv"


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        ('robin,,,,,\nkim,"Kim,,,,\n', "Row 2: A quote is opened there and never closed."),
        ("robin,,,,,\n" + "x" * 70_000 + "\n", "Row 2: It is longer than 65,536 characters; is a quote missing?"),
    ],
)
async def test_a_file_that_breaks_off_is_not_imported_by_halves(desk: Desk, content: str, detail: str) -> None:
    row = await desk.imported(content)
    assert (row.status, row.status_detail, counts(row)) == ("FAILED", detail, (0, 0, 0, 0, 0))
    assert row.finished_at is not None
    assert await desk.fans() == []
    assert await stored(desk, FanImportFile) == 0


async def test_a_file_of_too_many_rows_fails_as_a_whole(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_ROWS", 3)
    assert (await desk.imported("a,,,,,\n\nb,,,,,\nc,,,,,\n")).status == "COMPLETED"
    row = await desk.imported("e,,,,,\nf,,,,,\ng,,,,,\nh,,,,,\n")
    assert (row.status, row.status_detail) == ("FAILED", "The file has more than 3 rows; split it.")
    assert len(await desk.fans()) == 3


async def test_of_many_failed_rows_all_are_counted_and_the_first_are_kept(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notes, "MOST_FAILURES_KEPT", 3)
    monkeypatch.setattr(reading, "CHUNK", 2)
    row = await desk.imported("a,,no,,,\n" * 5)
    assert counts(row) == (5, 0, 0, 0, 5)
    assert [number for number, _, _ in await desk.problems(row)] == [1, 2, 3]
    assert row.warnings == ["The first 3 of the rows that failed are listed; 5 did."]


# ---- allowances


async def imports_left(desk: Desk) -> int:
    found = {each.operation: each.remaining for each in await desk.resources.allowances.remaining(desk.owner)}
    return found[Operation.IMPORTS]


async def test_imports_are_counted_and_dry_runs_with_them(desk: Desk) -> None:
    before = await imports_left(desk)
    await desk.imported(ROBIN)
    dry = await desk.imported(ROBIN, dry_run=True)
    assert before - await imports_left(desk) == 2
    await desk.resources.fan_imports.confirm(desk.owner, dry.id)
    assert before - await imports_left(desk) == 2


async def test_a_file_for_an_account_that_cannot_be_is_not_counted(desk: Desk) -> None:
    await store(desk.database, account(desk.owner, "one"), account(desk.owner, "two"))
    before = await imports_left(desk)
    assert await rejected(desk) == [(Code.INVALID_INPUT, ("accountId",), "required")]
    assert await rejected(desk, account_id=new_id()) == [(Code.NOT_FOUND, ("accountId",), None)]
    assert (await imports_left(desk), await stored(desk, FanImport)) == (before, 0)


# ---- what open inboxes are told


async def events(desk: Desk) -> list[str]:
    query = select(LiveEvent.kind).where(LiveEvent.user_id == desk.owner).order_by(LiveEvent.sequence)
    async with desk.database.reads() as session:
        return list((await session.scalars(query)).all())


async def test_few_fans_are_told_one_by_one(desk: Desk) -> None:
    await desk.imported(ROBIN + "kim,,,,,\nbad,,no,,,\n", dry_run=True)
    assert await events(desk) == []
    await desk.imported(ROBIN + "kim,,,,,\nbad,,no,,,\n")
    assert await events(desk) == ["fan_updated"] * 2
    await desk.imported(ROBIN + "kim,Kim,,,,\n", on_duplicate="UPDATE")
    assert await events(desk) == ["fan_updated"] * 3


async def test_after_many_everybody_is_told_to_fetch_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "TOLD_ONE_BY_ONE", 2)
    await desk.imported("a,,,,,\nb,,,,,\nc,,,,,\n")
    assert await events(desk) == ["resync_required"]
    await desk.imported("a,,,,,\nb,,,,,\nc,,,,,\n")
    assert await events(desk) == ["resync_required"]


async def test_a_new_fan_is_recognised_later_by_what_the_import_stored(desk: Desk) -> None:
    """A fan of a file is herself when she is added by hand, whatever the case of her handle."""
    await desk.imported("Robin,,,,,\n")
    with pytest.raises(Rejected) as refused:
        await desk.resources.fans.create(desk.owner, NewFan("Robin", "SANDBOX", handle="ROBIN"))
    assert [each.code for each in refused.value.problems] == [Code.CONFLICT]


async def test_old_uploads_and_failed_rows_go(desk: Desk) -> None:
    dry = await desk.imported("a,,no,,,\n", dry_run=True)
    assert await tidy(desk.resources.transactions) == 0

    async def age(days: float) -> None:
        async with desk.database.writes() as session, session.begin():
            moment = datetime.now(UTC) - timedelta(days=days)
            await session.execute(update(FanImport).where(FanImport.user_id == desk.owner).values(finished_at=moment))

    await age(0.9)
    assert await tidy(desk.resources.transactions) == 0
    await age(1.1)
    assert await tidy(desk.resources.transactions) == 1
    assert await stored(desk, FanImportFile) == 0
    assert len(await desk.problems(dry)) == 1
    await age(31)
    assert await tidy(desk.resources.transactions) == 1
    assert await desk.problems(dry) == []
    assert await tidy(desk.resources.transactions) == 0


def test_problems_of_files_name_their_bound() -> None:
    [problem] = imports._problems(_upload(MAX_FILE_BYTES + 1))
    assert isinstance(problem, InvalidInput)
    assert (problem.rule, problem.limit) == ("max_bytes", MAX_FILE_BYTES)
    assert list(imports._problems(_upload(MAX_FILE_BYTES))) == []


def _upload(size: int) -> imports.Upload:
    async def read() -> bytes:
        raise AssertionError("it is not read")

    return imports.Upload(file_name="fans.csv", size=size, read=read, platform="SANDBOX")
