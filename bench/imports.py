"""How fast is an import, how does the API bear it, and what does it take?

    .venv/bin/python -m bench.imports [--rows 10000] [--megabytes 10]

API and worker are processes of their own on real stores. The baseline is a bare COPY of the same finished rows into
the same table, indexes and words included, in the same run; the API is asked for a page of fans, idle and meanwhile.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import time
from typing import Any
from uuid import UUID

import asyncpg

from bench.served import Served, asked_meanwhile, forget_peak, meanwhile, memory, served, shown
from db.models import new_id
from services.fans.imports.imports import MAX_FILE_BYTES
from services.fans.indexing import words_of
from services.runtime.settings import Settings
from tests.conftest import session_settings
from tests.flows.graphql_client import File
from tests.parts import running_postgres, running_redis, running_sqs
from tests.waiting import eventually

IMPORT = """mutation ($file: Upload!, $dryRun: Boolean! = false, $onDuplicate: DuplicatePolicy! = SKIP) {
  importFans(file: $file, dryRun: $dryRun, onDuplicate: $onDuplicate) { fanImport { id } errors { message } } }"""
STATE = "query ($id: ID!) { fanImport(id: $id) { status statusDetail processedRows inserted skipped errorCount } }"
HEADER = b"Username,Display Name,Email,Subscription Tier,Total Spent,Last Seen\n"
IDLE_SECONDS = 5.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--megabytes", type=int, default=10)
    arguments = parser.parse_args()
    with (
        running_postgres() as postgres,
        running_redis() as redis,
        running_sqs() as sqs,
        session_settings(postgres, redis, sqs) as settings,
    ):
        asyncio.run(measure(settings, arguments.rows, arguments.megabytes))


async def measure(settings: Settings, rows: int, megabytes: int) -> None:
    async with served(settings) as product:
        await _carried_out(product, content(0, 500))
        until = time.perf_counter() + IDLE_SECONDS
        print(shown("a page of fans, idle", await asked_meanwhile(product.client, lambda: time.perf_counter() < until)))
        copied = await _copy(settings, rows)
        baseline = "COPY of the finished rows (baseline)"
        print(f"{baseline:42} {rows:,} rows in {copied:6.2f} s  {rows / copied:9,.0f} rows/s")
        for what, dry_run, start in (("dry run", True, 1), ("import", False, 1), ("the same file again", False, 1)):
            await _shown(product, f"{what} of {rows:,} rows", content(start * 1_000_000, rows), copied, dryRun=dry_run)
        for what in ("updating, every third renames", "the same file again"):
            await _shown(product, f"{what}, {rows:,} rows", contradicting(rows), copied, onDuplicate="UPDATE")
        before = {process.name: memory(process) for process in (product.api, product.worker)}
        for process in (product.api, product.worker):
            forget_peak(process)
        file = content(50_000_000, 200_000)[: megabytes * 1_048_576]
        began = time.perf_counter()
        await _carried_out(product, file[:MAX_FILE_BYTES].rpartition(b"\n")[0] + b"\n")
        lines = file.count(b"\n")
        print(
            f"{megabytes} MB, {lines:,} rows, in {time.perf_counter() - began:.1f} s; peak memory before and with it:"
        )
        for process in (product.api, product.worker):
            print(f"    {process.name:8} {before[process.name]:6.0f} MB   {memory(process):6.0f} MB")


async def _shown(product: Served, what: str, file: bytes, copied: float, **options: Any) -> None:
    took: list[float] = []

    async def work() -> None:
        began = time.perf_counter()
        await _carried_out(product, file, **options)
        took.append(time.perf_counter() - began)

    pages = await meanwhile(product.client, work())
    rows = file.count(b"\n") - 1
    print(f"{what:42} {took[0]:6.2f} s  {rows / took[0]:9,.0f} rows/s   {took[0] / copied:5.1f} x the baseline")
    print(shown("    a page of fans meanwhile", pages))


async def _carried_out(product: Served, file: bytes, **options: Any) -> None:
    answer = (await product.client.run(IMPORT, {"file": File("fans.csv", file)} | options))["importFans"]
    assert answer["errors"] == [], answer
    given = {"id": answer["fanImport"]["id"]}
    state: dict[str, Any] = {"status": "PENDING"}

    async def over() -> bool:
        state.update((await product.client.run(STATE, given))["fanImport"])
        return state["status"] not in {"PENDING", "RUNNING"}

    await eventually(over, 1800, "the end of the import")
    assert (state["status"], state["errorCount"]) == ("COMPLETED", 0), state


def content(start: int, rows: int) -> bytes:
    lines = (
        f'fan{n},Fan Number {n},fan{n}@example.com,VIP,"$1,{n % 900 + 100}.56",11/{n % 28 + 1:02}/2025 10:00\n'
        for n in range(start, start + rows)
    )
    return HEADER + "".join(lines).encode()


def contradicting(rows: int) -> bytes:
    """Of three rows the first knows a fan by her name alone, the second gives her a handle, the third another name."""
    lines = (f",Person {n},,,,\nperson{n},Person {n},,,,\nperson{n},Renamed {n},,,,\n" for n in range(rows // 3))
    return HEADER + "".join(lines).encode()


async def _copy(settings: Settings, rows: int) -> float:
    """Into the owner's own table and indexes, and out again afterwards."""
    connection = await asyncpg.connect(settings.database_url.get_secret_value())
    owner = await connection.fetchval("SELECT user_id FROM fans LIMIT 1")
    finished = _finished(owner, rows)
    names = (
        "user_id", "id", "platform", "name", "handle", "handle_key", "email", "tags", "value_cents", "last_seen_at",
        "search",
    )  # fmt: skip
    began = time.perf_counter()
    await connection.copy_to_table("fans", source=finished, columns=names, format="text")
    took = time.perf_counter() - began
    await connection.execute("DELETE FROM fans WHERE handle_key LIKE 'copied%'")
    await connection.close()
    return took


def _finished(owner: UUID, rows: int) -> Any:
    text = io.BytesIO()
    for n in range(rows):
        words = words_of(owner, [f"Fan Number {n}", f"@copied{n}", f"copied{n}@example.com"], ["VIP"])
        search = " ".join(f"'{word}'" for word in words)
        columns = (
            owner, new_id(), "ONLYFANS", f"Fan Number {n}", f"@copied{n}", f"copied{n}", f"copied{n}@example.com",
            "{VIP}", 123456, "2025-11-01 10:00+00", search,
        )  # fmt: skip
        text.write(("\t".join(map(str, columns)) + "\n").encode())
    text.seek(0)
    return text


if __name__ == "__main__":
    main()
