"""The list of fans, with 100,000 fans of one owner and as many of nine others.

`python -m bench.fans [--plans]`: p50 and p95 of the product's own statements in milliseconds and, in the same run, of
the same statements without the indexes that are there for them (the baseline `plain`). `--plans` explains each.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import event

from db import engine
from db.engine import Database, ReadSession
from db.queries import fan_lists, fan_selections, fan_tags
from db.queries.fan_lists import FanOrder
from db.queries.keyset import Window
from services.fans.filter import FanFilter, selection
from services.fans.indexing import tag_word
from services.search.words import indexed
from tests.parts import TEMPLATE, running_postgres
from tests.stored import LONG_AGO, a_user, account, store

FANS = 100_000
RUNS = 20
NOW = datetime(2026, 11, 21, tzinfo=UTC)
FIRST = ("Anna", "Élodie", "Bo", "José", "Mei", "李雷", "Олег", "Zoë", "Kim", "Robin")
LISTS = ("created", "value", "seen", "seen_newest", "name", "account", "platform", "search")

COLUMNS = (
    "user_id, id, creator_account_id, platform, name, handle, handle_key, tags, value_cents, last_seen_at, created_at"
)

Read = Callable[[ReadSession], Awaitable[Any]]


async def fill(database: Database, url: str) -> tuple[UUID, UUID]:
    """One owner with 100,000 fans and nine with the rest; gives the first and her rarer account."""
    owners = [await a_user(database) for _ in range(10)]
    accounts = {
        owner: (account(owner, f"main {n}"), account(owner, f"side {n}", platform="PATREON"))
        for n, owner in enumerate(owners)
    }
    for pair in accounts.values():
        await store(database, *pair)
    connection = await asyncpg.connect(url)
    await connection.execute(f"CREATE TEMP TABLE rows AS SELECT {COLUMNS}, tags AS words FROM fans")
    for number, owner in enumerate(owners):
        rows = [_row(owner, accounts[owner], place) for place in range(FANS if number == 0 else FANS // 9)]
        await connection.copy_records_to_table("rows", records=rows)
    await connection.execute(
        f"INSERT INTO fans ({COLUMNS}, search) SELECT {COLUMNS}, array_to_tsvector(words) FROM rows"
    )
    await connection.execute("VACUUM (ANALYZE) fans")
    await connection.close()
    return owners[0], accounts[owners[0]][1].id


def _row(owner: UUID, accounts: tuple[Any, Any], place: int) -> tuple[Any, ...]:
    home = accounts[place % 500 == 0]
    name = f"{FIRST[place % len(FIRST)]} {place:06}"
    tags = [tag for tag, every in (("vip", 3), ("whale", 2000), (f"t{place % 97}", 2)) if place % every == 0]
    seen = None if place % 3 == 0 else NOW - timedelta(minutes=place * 7919 % 500_000)
    paid = 0 if place % 2 else place * 7919 % 100_000
    made = LONG_AGO + timedelta(seconds=place)
    fan_id = UUID(int=(owner.int & ~0xFFFFFF) | place)
    words = [*indexed(owner, [name, f"@fan{place}"]), *(tag_word(owner, tag) for tag in tags)]
    return (owner, fan_id, home.id, home.platform, name, f"@fan{place}", f"fan{place}", tags, paid, seen, made, words)


def questions(owner: UUID, side: UUID) -> dict[str, Read]:
    def listed(wanted: FanFilter, order: FanOrder, window: Window) -> Read:
        chosen = selection(owner, wanted)
        return lambda session: fan_lists.read_list(session, owner, chosen, order, window)

    first, found = Window(50), {}
    for field in fan_lists.COLUMNS:
        for descending in (True, False):
            order = FanOrder(field, descending)
            found[f"{field} {'desc' if descending else 'asc'}"] = listed(FanFilter(), order, first)
    newest = FanOrder()
    deep = Window(50, after=(LONG_AGO + timedelta(seconds=FANS // 2), owner))
    found["50,000 pages on"] = listed(FanFilter(), newest, deep)
    found["50,000 on, seen"] = listed(
        FanFilter(), FanOrder("LAST_SEEN_AT"), Window(50, after=(NOW - timedelta(minutes=375_000), owner))
    )
    found["50,000 on, free"] = listed(FanFilter(), FanOrder("VALUE_CENTS"), Window(50, after=(0, owner)))
    filters = {
        "one word of one fan": FanFilter(search="fan77777"),
        "word of a tenth": FanFilter(search="elodie"),
        "beginning of all": FanFilter(search="fan"),
        "CJK": FanFilter(search="李雷 0777"),
        "rare tag": FanFilter(tags=("whale",)),
        "tag of a third": FanFilter(tags=("vip",)),
        "three tags": FanFilter(tags=("vip", "whale", "t0")),
        "rare account": FanFilter(account_ids=(side,)),
        "rare platform": FanFilter(platform="PATREON"),
        "no such platform": FanFilter(platform="FANSLY"),
        "paid most": FanFilter(min_value_cents=99_990),
        "seen a moment ago": FanFilter(seen_after=NOW - timedelta(minutes=10)),
        "all at once": FanFilter("elodie", ("vip",), "SANDBOX", None, 10, 99_000, NOW - timedelta(days=200), NOW),
    }
    for name, wanted in filters.items():
        found[name] = listed(wanted, newest, first)
        found[f"{name}, by value"] = listed(wanted, FanOrder("VALUE_CENTS"), first)
    found["totalCount"] = lambda session: fan_selections.count(session, owner, fan_selections.EVERYBODY)
    found["totalCount of a tag"] = lambda session: fan_selections.count(
        session, owner, selection(owner, FanFilter(tags=("vip",)))
    )
    found["fanTags"] = lambda session: fan_tags.tag_counts(session, owner, "", 100)
    found["fanTags with a search"] = lambda session: fan_tags.tag_counts(session, owner, "WHAL", 100)
    return found


async def measured(database: Database, read: Read, runs: int) -> list[float]:
    """Milliseconds of each run, session included, without the first."""
    times = []
    for _ in range(runs + 1):
        begun = time.perf_counter()
        async with database.reads() as session:
            await read(session)
        times.append((time.perf_counter() - begun) * 1000)
    return sorted(times[1:])


def p95(times: list[float]) -> float:
    return times[int(len(times) * 0.95)]


async def bench(url: str, *, plans: bool) -> None:
    database = engine.connect(url, pool_size=1, owner_guard=True)
    owner, side = await fill(database, url)
    asked = questions(owner, side)
    connection = await asyncpg.connect(url)
    if plans:
        await show_plans(database, connection, asked)
    ours = {name: await measured(database, read, RUNS) for name, read in asked.items()}
    for name in LISTS:
        await connection.execute(f"DROP INDEX ix_fans_{name}")
    await connection.execute("ANALYZE fans")
    plain = {name: await measured(database, read, 5) for name, read in asked.items()}
    await connection.close()
    await database.engine.dispose()
    print(f"{'milliseconds':32}{'p50':>8}{'p95':>8}{'plain p50':>12}{'plain p95':>12}")
    for name in asked:
        columns = (statistics.median(ours[name]), p95(ours[name]), statistics.median(plain[name]), p95(plain[name]))
        print(f"{name:32}{columns[0]:8.1f}{columns[1]:8.1f}{columns[2]:12.1f}{columns[3]:12.1f}")


async def show_plans(database: Database, connection: asyncpg.Connection, asked: dict[str, Read]) -> None:
    """Every statement once more, explained."""
    said: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        said.append((statement, parameters))

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    for name, read in asked.items():
        said.clear()
        async with database.reads() as session:
            await read(session)
        for statement, parameters in said:
            rows = await connection.fetch(f"EXPLAIN (ANALYZE, BUFFERS OFF, TIMING OFF) {statement}", *parameters)
            print(f"--- {name}", *(row[0] for row in rows), sep="\n")


def main() -> None:
    with running_postgres() as postgres:
        asyncio.run(bench(postgres.url(TEMPLATE), plans="--plans" in sys.argv))


if __name__ == "__main__":
    main()
