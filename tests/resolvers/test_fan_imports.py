"""`importFans` and what is shown of imports: pages, errors, addresses, why one waits, and at what cost."""

from __future__ import annotations

from typing import Any

import pytest

from db.models import FanImport, FanImportFailure, new_id
from db.queries import worker_heartbeats
from schema import ids
from schema.uploads import UploadedFile
from services.fans.imports.imports import MAX_FILE_BYTES
from services.runtime.settings import Settings
from tests.resolvers.in_process import Execute, executing
from tests.stored import LONG_AGO, a_user, account, store, writing

IMPORT = """mutation ($file: Upload!, $accountId: ID, $dryRun: Boolean! = false) {
  importFans(file: $file, accountId: $accountId, platform: SANDBOX, dryRun: $dryRun) {
    fanImport { id fileName dryRun status account { displayName } }
    errors { __typename code message path
      ... on InvalidInput { rule limit } ... on RateLimited { granted: limit windowSeconds } }
  } }"""
PAGE = """query ($first: Int, $after: String) { fanImports(first: $first, after: $after) {
  totalCount nodes { fileName statusDetail failedRowsUrl { url } errors(first: 2) { row column message } }
  pageInfo { hasNextPage endCursor } } }"""
ONE = """query ($id: ID!, $first: Int! = 100) { fanImport(id: $id) { id status statusDetail errorCount
  errors(first: $first) { row column message } failedRowsUrl { url expiresAt } } }"""


class Spooled:
    def __init__(self, content: bytes) -> None:
        self._content = content

    async def read(self, size: int = -1) -> bytes:
        return self._content

    async def seek(self, offset: int) -> None:
        assert offset == 0

    async def close(self) -> None: ...


def file(content: bytes = b"Username\nrobin\n", name: str = "fans.csv", size: int | None = None) -> UploadedFile:
    return UploadedFile(name, len(content) if size is None else size, Spooled(content))


def an_import(owner: Any, number: int = 0, **values: Any) -> FanImport:
    usual = {"platform": "SANDBOX", "file_name": f"{number}.csv", "status": "COMPLETED"}
    return FanImport(user_id=owner, id=new_id(), **usual | values)


def failures(of: FanImport, rows: int) -> list[FanImportFailure]:
    problems = [["Email", "No address."], [None, "Too wide."]]
    return [
        FanImportFailure(user_id=of.user_id, fan_import_id=of.id, row=number + 1, problems=problems, cells=["x"])
        for number in range(rows)
    ]


async def test_a_file_is_taken_and_shown(execute: Execute) -> None:
    home = account(execute.owner)
    await store(execute.database, home)
    given = {"file": file(name="My Fans.csv"), "dryRun": True, "accountId": ids.encode("CreatorAccount", home.id)}
    answer = (await execute(IMPORT, **given))["importFans"]
    assert answer["errors"] == []
    found = answer["fanImport"]
    assert {name: found[name] for name in ("fileName", "dryRun", "status", "account")} == {
        "fileName": "My Fans.csv", "dryRun": True, "status": "PENDING", "account": {"displayName": "Mia"},
    }  # fmt: skip
    node = "query ($id: ID!) { node(id: $id) { id ... on FanImport { fileName } } }"
    assert (await execute(node, id=found["id"]))["node"] == {"id": found["id"], "fileName": "My Fans.csv"}


async def test_the_platform_is_onlyfans_if_none_is_given(execute: Execute) -> None:
    await store(execute.database, account(execute.owner, platform="ONLYFANS", display_name="Mia OF"))
    answer = await execute(
        "mutation ($file: Upload!) { importFans(file: $file) { fanImport { account { displayName } } } }", file=file()
    )
    assert answer["importFans"]["fanImport"]["account"] == {"displayName": "Mia OF"}


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"file": file(b"")}, {"path": ["file"], "rule": "not_empty", "limit": None}),
        ({"file": file(name="fans.txt")}, {"path": ["file"], "rule": "extension", "limit": None}),
        ({"file": file(b"Email\n")}, {"path": ["file"], "rule": "header", "limit": None}),
        (
            {"file": file(size=MAX_FILE_BYTES + 1)},
            {"path": ["file"], "rule": "max_bytes", "limit": MAX_FILE_BYTES},
        ),
    ],
)
async def test_a_file_that_is_refused_names_itself(execute: Execute, given: Any, error: dict[str, Any]) -> None:
    answer = (await execute(IMPORT, **given))["importFans"]
    assert answer["fanImport"] is None
    [found] = answer["errors"]
    assert (found["__typename"], found["code"]) == ("InvalidInput", "INVALID_INPUT")
    assert {name: found[name] for name in error} == error
    assert (await execute(PAGE))["fanImports"]["totalCount"] == 0


async def test_an_unknown_account_is_not_found(execute: Execute) -> None:
    for account_id in ("nothing", ids.encode("CreatorAccount", new_id())):
        [error] = (await execute(IMPORT, file=file(), accountId=account_id))["importFans"]["errors"]
        assert (error["code"], error["path"]) == ("NOT_FOUND", ["accountId"])


async def test_imports_have_an_allowance_of_their_own(settings: Settings) -> None:
    async with executing(settings.model_copy(update={"imports_per_hour": 2})) as execute:
        refused = (await execute(IMPORT, file=file(b"")))["importFans"]["errors"]
        assert [error["code"] for error in refused] == ["INVALID_INPUT"]
        for dry_run in (True, False):
            assert (await execute(IMPORT, file=file(), dryRun=dry_run))["importFans"]["errors"] == []
        [error] = (await execute(IMPORT, file=file()))["importFans"]["errors"]
        assert (error["__typename"], error["code"]) == ("RateLimited", "RATE_LIMITED")
        assert (error["granted"], error["windowSeconds"]) == (2, 3600)
        assert (await execute(PAGE))["fanImports"]["totalCount"] == 2


async def test_nothing_is_taken_while_the_crm_is_switched_off(settings: Settings) -> None:
    async with executing(settings.model_copy(update={"onlyfans_crm_enabled": False})) as execute:
        [error] = (await execute(IMPORT, file=file()))["importFans"]["errors"]
        assert error["code"] == "SENDING_DISABLED"


async def test_pages_begin_with_the_newest_and_belong_to_one_owner(execute: Execute) -> None:
    rows = [an_import(execute.owner, number) for number in range(4)]
    await store(execute.database, *rows, an_import(await a_user(execute.database), 9))
    first = (await execute(PAGE, first=3))["fanImports"]
    assert [node["fileName"] for node in first["nodes"]] == ["3.csv", "2.csv", "1.csv"]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (4, True)
    second = (await execute(PAGE, first=3, after=first["pageInfo"]["endCursor"]))["fanImports"]
    assert [node["fileName"] for node in second["nodes"]] == ["0.csv"]
    error = await execute.fails(PAGE, after="nonsense")
    assert (error.extensions or {})["code"] == "BAD_USER_INPUT"


async def test_errors_are_told_in_the_order_of_the_file_and_bounded(execute: Execute) -> None:
    row = an_import(execute.owner, error_count=120)
    await store(execute.database, row, *failures(row, 120))
    given = ids.encode("FanImport", row.id)
    found = (await execute(ONE, id=given, first=3))["fanImport"]["errors"]
    assert found == [
        {"row": 1, "column": "Email", "message": "No address."},
        {"row": 1, "column": None, "message": "Too wide."},
        {"row": 2, "column": "Email", "message": "No address."},
    ]
    assert len((await execute(ONE, id=given))["fanImport"]["errors"]) == 100
    assert (await execute(ONE, id=given, first=0))["fanImport"]["errors"] == []
    for first in (-1, 101):
        error = await execute.fails(ONE, id=given, first=first)
        assert (error.extensions or {})["code"] == "BAD_USER_INPUT"


async def test_a_file_of_failed_rows_is_offered_while_there_is_one(execute: Execute) -> None:
    good, bad, forgotten = (an_import(execute.owner, n, error_count=n and 1) for n in range(3))
    await store(execute.database, good, bad, forgotten, *failures(bad, 1))
    urls = []
    for row in (good, bad, forgotten):
        found = (await execute(ONE, id=ids.encode("FanImport", row.id)))["fanImport"]["failedRowsUrl"]
        urls.append(found and found["url"].split("?")[0])
    assert urls == [None, f"/exports/imports/{ids.encode('FanImport', bad.id)}/failed.csv", None]


async def test_an_import_that_nobody_works_on_says_so(execute: Execute) -> None:
    pending = an_import(execute.owner, status="PENDING")
    failed = an_import(execute.owner, status="FAILED", status_detail="Row 2: A quote is opened there.")
    await store(execute.database, pending, failed)

    async def detail(row: FanImport) -> Any:
        return (await execute(ONE, id=ids.encode("FanImport", row.id)))["fanImport"]["statusDetail"]

    assert await detail(pending) == "No worker is running; it goes on as soon as one does."
    assert await detail(failed) == "Row 2: A quote is opened there."
    await writing(execute.database, lambda session: worker_heartbeats.beat(session, "one"))
    assert await detail(pending) is None


async def test_a_long_page_takes_as_many_statements_as_a_short_one(execute: Execute) -> None:
    async def taken(count: int) -> int:
        for number in range(count):
            row = an_import(execute.owner, number, error_count=1, status="RUNNING", created_at=LONG_AGO)
            await store(execute.database, row, *failures(row, 3))
        await execute(PAGE)
        return len(execute.statements)

    assert await taken(1) == await taken(20)


async def test_foreign_and_unknown_imports_are_null(execute: Execute) -> None:
    foreign = an_import(await a_user(execute.database))
    await store(execute.database, foreign)
    for given in (ids.encode("FanImport", foreign.id), ids.encode("FanImport", new_id()), "nothing", "\x00"):
        assert (await execute(ONE, id=given))["fanImport"] is None
