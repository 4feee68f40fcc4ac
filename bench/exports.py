"""How fast is an export, how does the API bear it, and what does it take?

    .venv/bin/python -m bench.exports [--fans 100000]

The API is a process of its own on real stores. The baseline is PostgreSQL's own COPY of the same columns to the same
client, in the same run.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from typing import Any

import asyncpg
import httpx

from bench.served import Served, asked_meanwhile, forget_peak, meanwhile, memory, served, shown
from services.runtime.settings import Settings
from tests.conftest import session_settings
from tests.parts import running_postgres, running_redis, running_sqs

URL = "query ($filter: FanFilter, $orderBy: FanOrder) { fansExportUrl(filter: $filter, orderBy: $orderBy) { url } }"
FILL = """INSERT INTO fans (user_id, id, platform, name, handle, handle_key, email, tags, value_cents, last_seen_at,
  search)
SELECT $1, gen_random_uuid(), 'ONLYFANS', 'Fan Number ' || n, '@fan' || n, 'fan' || n, 'fan' || n || '@example.com',
  CASE WHEN n % 3 = 0 THEN ARRAY['vip'] ELSE ARRAY[]::text[] END, n % 1000, now() - n * interval '1 minute',
  array_to_tsvector(CASE WHEN n % 3 = 0 THEN ARRAY[$2 || '#vip', $2 || 'fan'] ELSE ARRAY[$2 || 'fan'] END)
FROM generate_series(1, $3::int) n"""
IDLE_SECONDS = 5.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fans", type=int, default=100_000)
    arguments = parser.parse_args()
    with (
        running_postgres() as postgres,
        running_redis() as redis,
        running_sqs() as sqs,
        session_settings(postgres, redis, sqs) as settings,
    ):
        asyncio.run(measure(settings, arguments.fans))


async def measure(settings: Settings, fans: int) -> None:
    async with served(settings) as product:
        await product.client.run('mutation { createFan(input: {name: "One"}) { fan { id } } }')
        copied = await _fill_and_copy(settings, fans)
        print(f"{'COPY of the same columns (baseline)':42} {fans:,} fans in {copied:6.2f} s")
        until = time.perf_counter() + IDLE_SECONDS
        print(shown("a page of fans, idle", await asked_meanwhile(product.client, lambda: time.perf_counter() < until)))
        before = memory(product.api)
        forget_peak(product.api)
        asked: tuple[tuple[str, dict[str, Any]], ...] = (
            ("all, newest first", {}),
            ("all, by name", {"orderBy": {"field": "NAME", "direction": "ASC"}}),
            ("all, by last seen", {"orderBy": {"field": "LAST_SEEN_AT"}}),
            ("a tag of a third", {"filter": {"tags": ["vip"]}}),
            ("a word of all", {"filter": {"search": "fan"}}),
        )
        for what, variables in asked:
            await _shown(product, what, variables, copied)
        print(f"peak memory of the API before and with them: {before:.0f} MB, {memory(product.api):.0f} MB")


async def _shown(product: Served, what: str, variables: dict[str, Any], copied: float) -> None:
    lines: list[int] = []
    took: list[float] = []

    async def work() -> None:
        url = (await product.client.run(URL, variables))["fansExportUrl"]["url"]
        began = time.perf_counter()
        async with (
            httpx.AsyncClient(trust_env=False, timeout=300) as http,
            http.stream("GET", product.url + url) as file,
        ):
            assert file.status_code == 200
            lines.append(sum([block.count(b"\n") async for block in file.aiter_bytes()]))
        took.append(time.perf_counter() - began)

    pages = await meanwhile(product.client, work())
    print(
        f"{what:42} {lines[0] - 1:,} fans in {took[0]:6.2f} s  {lines[0] / took[0]:9,.0f} rows/s   "
        f"{took[0] / copied:5.1f} x the baseline"
    )
    print(shown("    a page of fans meanwhile", pages))


async def _fill_and_copy(settings: Settings, fans: int) -> float:
    connection = await asyncpg.connect(settings.database_url.get_secret_value())
    owner = await connection.fetchval("SELECT user_id FROM fans LIMIT 1")
    await connection.execute(FILL, owner, owner.hex[-8:], fans)
    await connection.execute("VACUUM (ANALYZE) fans")
    taken = bytearray()

    async def take(block: bytes) -> None:
        taken.extend(block)

    began = time.perf_counter()
    query = "SELECT handle, name, email, tags, value_cents, last_seen_at, platform FROM fans ORDER BY created_at DESC"
    await connection.copy_from_query(query, output=take, format="csv")
    took = time.perf_counter() - began
    await connection.close()
    return took


if __name__ == "__main__":
    main()
