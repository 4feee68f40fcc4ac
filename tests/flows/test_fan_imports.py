"""Imports over real sockets: from the upload to the list, to an open inbox and back out as a file."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from structlog.testing import capture_logs

from resolvers import exports
from services.fans.exports.export import Exports
from services.fans.imports import progress
from services.runtime.settings import Settings
from tests.flows.faults import environment, without_sqs
from tests.flows.graphql_client import File, GraphQLClient
from tests.flows.product import Product, running_product, running_worker
from tests.promises.processes import Process, module
from tests.waiting import eventually

PARTS = """id version status statusDetail dryRun totalRows processedRows inserted updated skipped errorCount warnings
  undoKept failedRowsUrl { url expiresAt } errors { row column message }"""
IMPORT = f"""mutation ($file: Upload!, $account: ID, $dryRun: Boolean! = false,
  $onDuplicate: DuplicatePolicy! = SKIP) {{
  importFans(file: $file, platform: SANDBOX, accountId: $account, dryRun: $dryRun, onDuplicate: $onDuplicate) {{
    fanImport {{ {PARTS} }} errors {{ code message path }} }} }}"""
SHOW = f"query ($id: ID!) {{ fanImport(id: $id) {{ {PARTS} }} }}"
WATCH = f"subscription ($id: ID!) {{ fanImportUpdated(id: $id) {{ {PARTS} }} }}"
CONFIRM = f"mutation ($id: ID!) {{ confirmFanImport(id: $id) {{ fanImport {{ {PARTS} }} errors {{ code path }} }} }}"
UNDO = f"mutation ($id: ID!) {{ undoFanImport(id: $id) {{ fanImport {{ {PARTS} }} errors {{ code path }} }} }}"
LISTS = "{ fans(first: 100, orderBy: {field: NAME, direction: ASC}) { totalCount nodes { name handle valueCents } } }"
EXPORT = "query ($filter: FanFilter) { fansExportUrl(filter: $filter) { url expiresAt } }"
INBOX = """subscription ($after: String, $conversation: ID) {
  inboxEvents(after: $after, conversationId: $conversation) {
  __typename cursor ... on FanUpdated { fan { name } } ... on FanDeleted { fanId } } }"""
CSV = b'Username,Display Name,Total Spent\nrobin,Robin,"$1,234.56"\nkim,Kim,free\nlee,Lee,\n'


async def upload(client: GraphQLClient, content: bytes = CSV, **options: Any) -> dict[str, Any]:
    answer = (await client.run(IMPORT, {"file": File("fans.csv", content), **options}))["importFans"]
    assert answer["errors"] == []
    found: dict[str, Any] = answer["fanImport"]
    return found


async def show(client: GraphQLClient, identifier: str) -> dict[str, Any]:
    found: dict[str, Any] = (await client.run(SHOW, {"id": identifier}))["fanImport"]
    return found


async def ended(client: GraphQLClient, identifier: str, seconds: float = 60) -> dict[str, Any]:
    async def over() -> bool:
        return (await show(client, identifier))["status"] in {"COMPLETED", "FAILED"}

    await eventually(over, seconds, "the end of the import")
    return await show(client, identifier)


async def download(product: Product, url: str) -> httpx.Response:
    """Without any header that says who asks."""
    return await product.http.get(f"{product.url}{url}")


def rows(answer: httpx.Response) -> list[dict[str, str]]:
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


async def test_from_the_upload_to_the_list_and_back(product: Product) -> None:
    mia = product.client()
    await product.connect(mia)
    async with mia.subscribe(INBOX) as inbox:
        await inbox.until("InboxReady")
        uploaded = await upload(mia)
        assert (uploaded["status"], uploaded["totalRows"]) == ("PENDING", None)
        async with mia.subscribe(WATCH, {"id": uploaded["id"]}) as watch:
            state = await watch.next()
            while state["status"] != "COMPLETED":
                state = await watch.next()
        await inbox.until("FanUpdated", fan={"name": "Robin"})
        await inbox.until("FanUpdated", fan={"name": "Lee"})
    versions = [seen["version"] for seen in watch.events]
    assert versions == sorted(versions)
    assert [state[name] for name in ("processedRows", "inserted", "updated", "skipped", "errorCount")] == [
        3,
        2,
        0,
        0,
        1,
    ]
    assert state["errors"] == [{"row": 2, "column": "Total Spent", "message": "It is not an amount of money."}]
    assert (await mia.run(LISTS))["fans"]["nodes"] == [
        {"name": "Lee", "handle": "@lee", "valueCents": 0},
        {"name": "Robin", "handle": "@robin", "valueCents": 123_456},
    ]

    failed = await download(product, state["failedRowsUrl"]["url"])
    assert rows(failed) == [
        {
            "Username": "kim", "Display Name": "Kim", "Total Spent": "free",
            "Reason": "Total Spent: It is not an amount of money.",
        }
    ]  # fmt: skip
    mended = await upload(mia, failed.content.replace(b",free,", b",12.00,"))
    done = await ended(mia, mended["id"])
    assert (done["inserted"], done["errorCount"], done["failedRowsUrl"]) == (1, 0, None)

    whole = await download(product, (await mia.run(EXPORT))["fansExportUrl"]["url"])
    assert [row["Username"] for row in rows(whole)] == ["kim", "lee", "robin"]
    assert whole.headers["content-disposition"] == 'attachment; filename="fans.csv"'
    assert whole.headers["cache-control"] == "no-store"
    again = await ended(mia, (await upload(mia, whole.content, onDuplicate="UPDATE"))["id"])
    assert [again[name] for name in ("inserted", "updated", "skipped", "errorCount")] == [0, 0, 3, 0]
    some = await mia.run(EXPORT, {"filter": {"minValueCents": 2000}})
    assert [row["Username"] for row in rows(await download(product, some["fansExportUrl"]["url"]))] == ["robin"]


async def test_two_accounts_go_out_in_one_file_and_come_back_to_where_they_were(product: Product) -> None:
    mia = product.client()
    accounts = [await product.connect(mia, f"acct_{n}") for n in (1, 2)]
    for account in accounts:
        for handle in ("robin", "kim"):
            await product.fan(mia, handle, accountId=account)
    placed = "{ fans { nodes { id version handle account { accountId } } } }"
    before = await mia.run(placed)
    whole = await download(product, (await mia.run(EXPORT))["fansExportUrl"]["url"])
    assert [(row["Username"], row["Creator Account"]) for row in rows(whole)] == [
        ("kim", "acct_2"), ("robin", "acct_2"), ("kim", "acct_1"), ("robin", "acct_1"),
    ]  # fmt: skip
    for account in accounts:
        done = await ended(mia, (await upload(mia, whole.content, account=account, onDuplicate="UPDATE"))["id"])
        assert [done[name] for name in ("inserted", "updated", "skipped", "errorCount")] == [0, 0, 4, 0]
    assert await mia.run(placed) == before


async def test_a_rehearsal_is_confirmed_and_taken_back(product: Product) -> None:
    mia = product.client()
    await product.connect(mia)
    dry = await ended(mia, (await upload(mia, dryRun=True))["id"])
    assert (dry["dryRun"], dry["inserted"], dry["errorCount"]) == (True, 2, 1)
    assert (await mia.run(LISTS))["fans"]["totalCount"] == 0
    confirmed = (await mia.run(CONFIRM, {"id": dry["id"]}))["confirmFanImport"]
    assert (confirmed["fanImport"]["id"], confirmed["errors"]) == (dry["id"], [])
    done = await ended(mia, dry["id"])
    assert (done["dryRun"], done["inserted"], done["errorCount"]) == (False, 2, 1)
    again = (await mia.run(CONFIRM, {"id": dry["id"]}))["confirmFanImport"]
    assert again == {"fanImport": None, "errors": [{"code": "CONFLICT", "path": ["id"]}]}

    [lee, _robin] = (await mia.run("{ fans { nodes { id name } } }"))["fans"]["nodes"]
    await product.send(mia, fanId=lee["id"], text="Welcome")
    async with mia.subscribe(INBOX) as inbox:
        await inbox.until("InboxReady")
        undone = (await mia.run(UNDO, {"id": dry["id"]}))["undoFanImport"]["fanImport"]
        assert (undone["status"], undone["undoKept"]) == ("UNDONE", 1)
        await inbox.until("FanDeleted")
    assert [fan["name"] for fan in (await mia.run(LISTS))["fans"]["nodes"]] == ["Lee"]
    [error] = (await mia.run(UNDO, {"id": dry["id"]}))["undoFanImport"]["errors"]
    assert error == {"code": "CONFLICT", "path": ["id"]}


async def test_after_a_long_import_every_open_inbox_fetches_again(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However narrow its view, and also where it was away meanwhile."""
    monkeypatch.setattr(progress, "TOLD_ONE_BY_ONE", 2)
    mia = product.client()
    await product.connect(mia)
    fan = await product.fan(mia)
    message = (await product.send(mia, fanId=fan))["message"]
    cursor = (await mia.run("{ viewer { inboxCursor } }"))["viewer"]["inboxCursor"]
    narrow = {"conversation": message["conversation"]["id"]}
    async with mia.subscribe(INBOX) as whole, mia.subscribe(INBOX, narrow) as thread:
        await whole.until("InboxReady")
        await thread.until("InboxReady")
        await ended(mia, (await upload(mia, b"Username\na\nb\nc\n"))["id"])
        await whole.until("ResyncRequired")
        told = await thread.until("ResyncRequired")
        assert [event for event in whole.events if event.get("fan", {}).get("name") in {"a", "b", "c"}] == []
    async with mia.subscribe(INBOX, {"after": cursor}) as late:
        await late.until("ResyncRequired")
        await late.until("InboxReady")
    async with mia.subscribe(INBOX, {"after": told["cursor"]}) as later:
        await later.until("InboxReady")
        assert "ResyncRequired" not in [event["__typename"] for event in later.events]


async def test_an_import_without_a_worker_says_so_and_goes_on_when_there_is_one(settings: Settings) -> None:
    async with running_product(settings, worker=False) as product:
        mia = product.client()
        await product.connect(mia)
        waiting = await upload(mia)
        assert waiting["statusDetail"] == "No worker is running; it goes on as soon as one does."
        health = (await mia.run("{ systemHealth { components { name status detail } } }"))["systemHealth"]["components"]
        [worker] = [part for part in health if part["name"] == "worker"]
        assert (worker["status"], "imports wait" in worker["detail"]) == ("DEGRADED", True)
        async with mia.subscribe(WATCH, {"id": waiting["id"]}) as watch:
            assert (await watch.next())["statusDetail"] == waiting["statusDetail"]
            async with running_worker(product.settings):
                state = await watch.next(30)
                while state["status"] != "COMPLETED":
                    state = await watch.next(30)
        assert (state["inserted"], state["statusDetail"]) == (2, None)


async def test_an_import_is_found_although_the_queue_is_away(settings: Settings) -> None:
    lost = without_sqs(settings).model_copy(update={"worker_sweep_seconds": 0.2})
    async with running_product(lost) as product:
        mia = product.client()
        done = await ended(mia, (await upload(mia))["id"])
        assert done["inserted"] == 2


@pytest.mark.timeout(400)
async def test_a_worker_that_is_killed_in_the_middle_leaves_no_row_twice(settings: Settings, tmp_path: Path) -> None:
    """kill -9 of a real process with a chunk half written, twice; another one goes on once the lease is over."""
    number, bad = 4000, (1200, 2700)
    rows = (f"fan{n},Fan {n},{'free' if n in bad else n}\n" for n in range(1, number + 1))
    content = "".join(("Username,Display Name,Total Spent\n", *rows)).encode()
    async with running_product(settings, worker=False) as product:
        mia = product.client()
        identifier = (await upload(mia, content))["id"]
        worker = Process("worker", module("services.workers"), environment(product.settings), tmp_path / "log")
        for count, row in enumerate(bad):
            before = row // 500 * 500
            async with _writing_stops_at(product, row) as stopped:
                await worker.start()
                await eventually(stopped, 120, "a chunk half written")
                await worker.kill()
                assert (await show(mia, identifier))["processedRows"] == before
                assert (await mia.run(LISTS))["fans"]["totalCount"] == before - count
            await _let_leases_end(product)
        await worker.start()
        done = await ended(mia, identifier, 120)
        await worker.kill()
        assert [done[name] for name in ("totalRows", "processedRows", "inserted", "errorCount")] == [
            number,
            number,
            number - 2,
            2,
        ]
        assert [error["row"] for error in done["errors"]] == list(bad)
        assert (await mia.run(LISTS))["fans"]["totalCount"] == number - 2


@asynccontextmanager
async def _writing_stops_at(product: Product, row: int) -> AsyncIterator[Callable[[], Awaitable[bool]]]:
    """Whoever stores what is wrong in this row waits until the end of the block, with the chunk's fans written and
    its progress not; the function tells whether somebody does.

    Without it a test that is late by half a second finds the import done.
    """
    url = product.settings.database_url.get_secret_value()
    holding, asking = await asyncpg.connect(url), await asyncpg.connect(url)

    async def stopped() -> bool:
        blocked = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE $1 = ANY(pg_blocking_pids(pid)))"
        return bool(await asking.fetchval(blocked, holding.get_server_pid()))

    transaction = holding.transaction()
    await transaction.start()
    # Without the foreign key, which would lock the import itself.
    await holding.execute("SET LOCAL session_replication_role = replica")
    await holding.execute(
        """INSERT INTO fan_import_failures (user_id, fan_import_id, row, problems, cells)
        SELECT user_id, id, $1, '[]', '{}' FROM fan_imports""",
        row,
    )
    try:
        yield stopped
    finally:
        await transaction.rollback()
        await holding.close()
        await asking.close()


async def _let_leases_end(product: Product) -> None:
    """As if half a minute had passed."""
    connection = await asyncpg.connect(product.settings.database_url.get_secret_value())
    await connection.execute("UPDATE fan_imports SET leased_until = now() - interval '1 second'")
    await connection.close()


async def test_an_address_works_for_whom_it_was_made_and_is_in_no_log(product: Product) -> None:
    mia, eve = product.client("mia"), product.client("eve")
    await product.connect(mia)
    await product.fan(mia)
    with capture_logs() as logs:
        url = (await mia.run(EXPORT))["fansExportUrl"]["url"]
        assert [row["Username"] for row in rows(await download(product, url))] == ["robin"]
        signature = url.split("signature=")[1]
        for broken in ("", "?signature=", "?signature=x", f"?signature={signature[:-3]}AAA", f"?signatur={signature}"):
            answer = await download(product, f"/exports/fans.csv{broken}")
            assert answer.status_code == 403
            assert answer.json()["errors"][0]["extensions"] == {"code": "FORBIDDEN"}
        uploaded = await ended(mia, (await upload(mia, CSV))["id"])
        other = f"/exports/imports/{uploaded['id']}/failed.csv?signature={signature}"
        assert (await download(product, other)).status_code == 403
    assert signature not in json.dumps(logs, default=str)
    assert (await product.http.post(f"{product.url}{url}")).status_code == 405
    theirs = (await eve.run(EXPORT))["fansExportUrl"]["url"]
    assert rows(await download(product, theirs)) == []


async def test_many_files_at_once_are_bounded(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "AT_ONCE", 0)
    mia = product.client()
    url = (await mia.run(EXPORT))["fansExportUrl"]["url"]
    other = (await product.client("eve").run(EXPORT))["fansExportUrl"]["url"]
    refused = await download(product, url)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
    monkeypatch.setattr(exports, "AT_ONCE", 3)
    gate, fans = asyncio.Event(), Exports.fans

    async def slowly(*given: Any, **options: Any) -> AsyncIterator[bytes]:
        await gate.wait()
        async for block in fans(*given, **options):
            yield block

    monkeypatch.setattr(Exports, "fans", slowly)
    for _ in range(2):  # whoever had a file makes room
        gate.clear()
        mine = [asyncio.create_task(download(product, url)) for _ in range(4)]
        await eventually(partial(_done, mine, 2), 10, "one owner's refusals")
        theirs = [asyncio.create_task(download(product, other)) for _ in range(2)]
        await eventually(partial(_done, theirs, 1), 10, "a refusal of all")
        gate.set()
        assert sorted([(await each).status_code for each in mine]) == [200, 200, 503, 503]
        assert sorted([(await each).status_code for each in theirs]) == [200, 503]


def _done(tasks: list[asyncio.Task[httpx.Response]], count: int) -> bool:
    return sum(task.done() for task in tasks) == count
