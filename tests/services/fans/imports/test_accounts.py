"""Files that name creator accounts: what is exported comes back to where it was, whichever account is chosen."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from db.models import CreatorAccount, Fan
from db.queries.fan_lists import FanOrder
from services.fans.exports import export
from services.fans.exports.export import Exports
from services.fans.filter import FanFilter
from services.fans.imports import reading
from services.fans.imports.homes import NONE_OF_YOURS, ON_ANOTHER_PLATFORM
from tests.services.fans.imports.imported import Desk, counts
from tests.statements import counted
from tests.stored import a_user, account, fan, store

NAMING = "Username,Display Name,Creator Account\n"


async def two_accounts(desk: Desk) -> tuple[CreatorAccount, CreatorAccount]:
    first, second = account(desk.owner, "acct_1"), account(desk.owner, "=2")
    await store(desk.database, first, second, account(desk.owner, "acct_1", platform="FANSLY"))
    return first, second


def known(owner: UUID, home: CreatorAccount | None, handle: str, name: str, **values: Any) -> Fan:
    values |= {"platform": home.platform if home else "PATREON"}
    return fan(owner, home.id if home else None, name=name, handle=f"@{handle}", handle_key=handle, **values)


async def exported(desk: Desk) -> bytes:
    blocks = Exports(desk.database).fans(desk.owner, FanFilter(), FanOrder(), excel=False)
    return b"".join([block async for block in blocks])


def placed(fans: Sequence[Fan]) -> list[tuple[str | None, str, UUID | None]]:
    """Those who are not gone for good."""
    return [(each.handle, each.platform, each.creator_account_id) for each in fans if each.erased_at is None]


@pytest.mark.parametrize("chosen", [0, 1])
@pytest.mark.parametrize("size", [2, 500])
async def test_a_file_of_two_accounts_comes_back_and_changes_nothing(
    desk: Desk, chosen: int, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "CHUNK", size)
    homes = await two_accounts(desk)
    made = [known(desk.owner, home, handle, f"{handle} of {home.account_id}") for handle in "abc" for home in homes]
    made += [known(desk.owner, homes[1], "d", "D", email="a@x.com"), known(desk.owner, None, "a", "without account")]
    await store(desk.database, *made)
    before = [(each.id, each.version) for each in await desk.fans()]
    content = await exported(desk)
    for policy in ("SKIP", "UPDATE"):
        for dry_run in (True, False):
            row = await desk.imported(content, account_id=homes[chosen].id, on_duplicate=policy, dry_run=dry_run)
            assert (counts(row), row.warnings) == ((8, 0, 0, 8, 0), []), await desk.problems(row)
    assert [(each.id, each.version) for each in await desk.fans()] == before


async def test_a_row_that_names_an_account_goes_there_and_is_taken_back_from_there(desk: Desk) -> None:
    first, second = await two_accounts(desk)
    await store(desk.database, known(desk.owner, second, "robin", "Robin"))
    content = f"{NAMING}robin,,acct_1\nrobin,,'=2\nkim,,'=2\nlee,,\n".encode()
    row = await desk.imported(content, account_id=first.id)
    assert counts(row) == (4, 3, 0, 1, 0)
    assert placed(await desk.fans()) == [
        ("@robin", "SANDBOX", second.id), ("@robin", "SANDBOX", first.id), ("@kim", "SANDBOX", second.id),
        ("@lee", "SANDBOX", first.id),
    ]  # fmt: skip
    undone = await desk.resources.fan_imports.undo(desk.owner, row.id)
    assert (undone.status, undone.undo_kept) == ("UNDONE", 0)
    assert placed(await desk.fans()) == [("@robin", "SANDBOX", second.id)]


async def test_an_account_that_is_not_hers_is_an_error_of_the_row_whether_it_exists_or_not(desk: Desk) -> None:
    first, _ = await two_accounts(desk)
    stranger = await a_user(desk.database)
    await store(desk.database, account(stranger, "theirs"))
    rows = "robin,theirs,\nrobin,nobodys,\nkim,'=2,Fansly\nlee,ACCT_1,\nsam,acct_1,\n"
    row = await desk.imported(f"Username,Creator Account,Platform\n{rows}".encode(), account_id=first.id)
    assert counts(row) == (5, 1, 0, 0, 4)
    assert await desk.problems(row) == [
        (1, "Creator Account", NONE_OF_YOURS),
        (2, "Creator Account", NONE_OF_YOURS),
        (3, "Creator Account", ON_ANOTHER_PLATFORM),
        (4, "Creator Account", NONE_OF_YOURS),
    ]
    assert placed(await desk.fans()) == [("@sam", "SANDBOX", first.id)]
    assert await desk.fans(stranger) == []


async def test_rows_that_failed_keep_the_account_and_come_back_to_it(desk: Desk) -> None:
    first, second = await two_accounts(desk)
    row = await desk.imported(f"{NAMING}@,Robin,'=2\nkim,Kim,unknown\n".encode(), account_id=first.id)
    failed = b"".join([block async for block in Exports(desk.database).failed_rows(desk.owner, row.id)])
    assert list(csv.reader(io.StringIO(failed.decode(), newline=""))) == [
        ["Username", "Display Name", "Creator Account", "Reason"],
        ["'@", "Robin", "'=2", "Username: It must not be empty."],
        ["kim", "Kim", "unknown", f"Creator Account: {NONE_OF_YOURS}"],
    ]
    mended = failed.replace(b"'@,", b"robin,").replace(b",unknown,", b",=2,")
    again = await desk.imported(mended, account_id=first.id)
    assert (counts(again), again.warnings) == ((2, 2, 0, 0, 0), [])
    assert placed(await desk.fans()) == [("@robin", "SANDBOX", second.id), ("@kim", "SANDBOX", second.id)]


async def test_an_account_is_asked_once_however_many_rows_name_it(desk: Desk) -> None:
    first, _ = await two_accounts(desk)

    async def statements(rows: int, start: int) -> int:
        lines = "".join(f"fan{n},,{['acct_1', chr(39) + '=2', ''][n % 3]}\n" for n in range(start, start + rows))
        await desk.upload(f"{NAMING}{lines}".encode(), account_id=first.id)
        with counted(desk.database) as seen:
            await desk.work()
        return len(seen)

    assert await statements(9, 0) == await statements(99, 100)
    assert len(await desk.fans()) == 108


async def test_an_export_asks_for_its_accounts_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "PAGE", 2)
    homes = await two_accounts(desk)
    await store(desk.database, *[known(desk.owner, homes[n % 2], f"fan{n}", "Fan") for n in range(8)])
    with counted(desk.database) as seen:
        content = await exported(desk)
    assert sum("FROM creator_accounts" in statement for statement in seen) == 1
    named = [row["Creator Account"] for row in csv.DictReader(io.StringIO(content.decode(), newline=""))]
    assert named == ["'=2", "acct_1"] * 4
