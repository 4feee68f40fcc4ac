"""Analytics of 100,000 fans and a million messages of one owner.

`python -m bench.analytics [fans] [messages] [--plans]`: p50 and p95 in milliseconds of each figure, as the product
reads it, beside a named baseline in the same run: one fan by primary key. CPU: of the database's own processes, on
average, which tells more than the clock where others work on the same machine. A third of the messages have a price;
they and 50,000 payments lie within the range of a year. The collector of garbage is set as in the API.
"""

from __future__ import annotations

import asyncio
import re
import statistics
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
from sqlalchemy import func, select

from bench.conversations import explained
from bench.fans import Read, measured, p95
from db import engine
from db.engine import Database
from db.queries import fan_lists, fan_totals, fans
from db.queries.fan_selections import Selection
from db.queries.keyset import Window
from services.analytics.periods import DateRange, Interval, periods
from services.analytics.reader import BY_VALUE
from services.analytics.revenue import in_periods
from services.analytics.sessions import Sessions
from services.fans import filter as fan_filter
from services.fans.filter import FanFilter
from services.runtime import garbage
from tests.parts import TEMPLATE, running_postgres
from tests.stored import a_user, account, store

RUNS = 30
BASELINE = "one fan by primary key"
BERLIN = ZoneInfo("Europe/Berlin")
YEAR = DateRange(date(2025, 11, 26), date(2026, 11, 25), BERLIN)
MONTH = DateRange(date(2026, 10, 27), date(2026, 11, 25), BERLIN)
NAMED_IN_PLANS = re.compile(
    r"(Seq Scan on \w+|using \w+|Bitmap Index Scan on \w+|Hash Join|HashAggregate|hashed SubPlan)"
)
FANS = """INSERT INTO fans (user_id, id, creator_account_id, platform, name, tags, value_cents, last_seen_at, search)
SELECT $1, gen_random_uuid(), CASE WHEN n % 10 = 0 THEN $3::uuid ELSE $2::uuid END, 'SANDBOX', 'Fan ' || n, tags,
  n % 10000, clock_timestamp() - (n % 90) * interval '1 day',
  array_to_tsvector(ARRAY[$4 || 'fan'] || ARRAY(SELECT $4 || '#' || tag FROM unnest(tags) tag))
FROM generate_series(1, $5::int) n,
  LATERAL (SELECT CASE WHEN n % 3 = 0 THEN ARRAY['vip'] ELSE ARRAY[]::text[] END AS tags)"""
TALKS = """INSERT INTO conversations (user_id, id, fan_id, creator_account_id, platform)
SELECT user_id, gen_random_uuid(), id, creator_account_id, platform FROM fans WHERE user_id = $1"""
MESSAGES = """INSERT INTO messages (user_id, id, placed_at, sent_at, conversation_id, fan_id, creator_account_id,
  direction, origin, text, price_cents, status)
SELECT c.user_id, gen_random_uuid(), moment, moment, c.id, c.fan_id, c.creator_account_id, 'OUT', 'USER', 'Hello',
  CASE WHEN n % 3 = 0 THEN 500 END, 'SENT'
FROM (SELECT *, row_number() OVER () AS place FROM conversations WHERE user_id = $1) c,
  generate_series(1, $2::int) n,
  LATERAL (SELECT $3::timestamptz - random() * (n + c.place * 0 + 1) / (n + 1) * interval '365 days' AS moment)"""
PAYMENTS = """INSERT INTO payments (user_id, id, creator_account_id, fan_id, kind, amount_cents, payment_key, paid_at)
SELECT f.user_id, gen_random_uuid(), f.creator_account_id, f.id,
  CASE WHEN f.place % 3 = 0 THEN 'TIP' ELSE 'UNLOCK' END, 500, f.place::text,
  $2::timestamptz - random() * interval '365 days'
FROM (SELECT *, row_number() OVER () AS place FROM fans WHERE user_id = $1) f WHERE f.place % 2 = 0"""
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


async def fill(url: str, count: int, messages: int) -> tuple[UUID, UUID]:
    """Gives the owner and her second account, which has a tenth of the fans."""
    database = engine.connect(url, owner_guard=True)
    owner = await a_user(database)
    main, side = account(owner, "main"), account(owner, "side")
    await store(database, main, side)
    await database.engine.dispose()
    connection = await asyncpg.connect(url)
    # VACUUM finds pages visible to all only once the commits are written.
    await connection.execute("SET synchronous_commit = on")
    await connection.execute(FANS, owner, main.id, side.id, owner.hex[-8:], count)
    await connection.execute(TALKS, owner)
    await connection.execute(MESSAGES, owner, max(1, messages // count), NOW)
    await connection.execute(PAYMENTS, owner, NOW)
    for table in ("messages", "payments", "fans"):
        await connection.execute(f"VACUUM (ANALYZE) {table}")
    await connection.close()
    return owner, side.id


def figures(database: Database, owner: UUID, side: UUID) -> dict[str, Read]:
    sessions = Sessions(database)
    everybody, tagged = Selection(), fan_filter.selection(owner, FanFilter(tags=("vip",)))
    one_account, platform = Selection(account_ids=(side,)), Selection(platform="SANDBOX")
    both = replace(tagged, platform="SANDBOX")

    def totals(selection: Selection) -> Read:
        return lambda session: fan_totals.of_selection(session, owner, selection)

    def paid(selection: Selection, within: DateRange, interval: Interval) -> Read:
        bounds: Sequence[datetime] = periods(within, interval).bounds
        return lambda _: in_periods(sessions, owner, selection, bounds)

    def whole(selection: Selection, within: DateRange) -> Read:
        bounds = periods(within, Interval.DAY).bounds
        return lambda _: in_periods(sessions, owner, selection, (bounds[0], bounds[-1]))

    found = {
        "fans, active, lifetime value": totals(everybody),
        "the same, of a tag of a third": totals(tagged),
        "the same, of one account": totals(one_account),
        "top 10 fans": lambda session: fan_lists.read_list(session, owner, everybody, BY_VALUE, Window(10)),
        "top 10 fans of a tag": lambda session: fan_lists.read_list(session, owner, tagged, BY_VALUE, Window(10)),
    }
    for name, within in (("30 days", MONTH), ("a year", YEAR)):
        for interval in Interval:
            found[f"revenue of {name} by {interval.lower()}"] = paid(everybody, within, interval)
        found[f"revenue of {name} by day, one account"] = paid(one_account, within, Interval.DAY)
        found[f"revenue of {name} by day, the platform"] = paid(platform, within, Interval.DAY)
        for interval in Interval:
            found[f"revenue of {name} by {interval.lower()}, a tag of a third"] = paid(tagged, within, interval)
        found[f"revenue of {name} in all, a tag of a third"] = whole(tagged, within)
        found[f"revenue of {name} by day, tag and platform"] = paid(both, within, Interval.DAY)
    kathmandu = DateRange(YEAR.first, YEAR.last, ZoneInfo("Asia/Kathmandu"))
    found["revenue of a year by day in Kathmandu, a tag"] = paid(tagged, kathmandu, Interval.DAY)
    ten_years = DateRange(date(2016, 11, 26), YEAR.last, BERLIN)
    found["revenue of ten years by day, a tag of a third"] = paid(tagged, ten_years, Interval.DAY)
    return found


async def bench(url: str, count: int, messages: int, *, whole_plans: bool) -> None:
    owner, side = await fill(url, count, messages)
    print(f"{count:,} fans, {messages:,} messages")
    await measure(url, owner, side, whole_plans=whole_plans)


async def measure(url: str, owner: UUID, side: UUID, *, whole_plans: bool) -> None:
    database = engine.connect(url, pool_size=3, owner_guard=True)
    connection = await asyncpg.connect(url)
    async with database.reads() as one, database.reads() as two, database.reads() as three:
        servers = [await session.scalar(select(func.pg_backend_pid())) or 0 for session in (one, two, three)]
    someone = await connection.fetchval("SELECT id FROM fans LIMIT 1")
    garbage.settle()
    asked: dict[str, Read] = {BASELINE: lambda session: fans.get(session, owner, someone)} | figures(
        database, owner, side
    )
    print(f"{'milliseconds':48}{'p50':>8}{'p95':>8}{'CPU':>8}  what the plans use")
    for name, read in asked.items():
        before = cpu(servers)
        times = await measured(database, read, RUNS)
        spent = (cpu(servers) - before) / (RUNS + 1)
        plans = await explained(database, connection, read)
        used = dict.fromkeys(part.removeprefix("using ") for part in NAMED_IN_PLANS.findall("\n".join(plans)))
        print(f"{name:48}{statistics.median(times):8.1f}{p95(times):8.1f}{spent:8.1f}  {', '.join(used)}")
        if whole_plans:
            print(*plans, sep="\n")
    await connection.close()
    await database.engine.dispose()


def cpu(process_ids: Sequence[int]) -> float:
    """Milliseconds that processes have had a processor so far; they do not grow with what else the machine does."""
    return sum(int(Path(f"/proc/{each}/schedstat").read_text().split()[0]) for each in process_ids) / 1e6


def main() -> None:
    sizes = [int(argument) for argument in sys.argv[1:] if argument.isdigit()]
    count, messages = [*sizes, *(100_000, 1_000_000)[len(sizes) :]]
    with running_postgres() as postgres:
        asyncio.run(bench(postgres.url(TEMPLATE), count, messages, whole_plans="--plans" in sys.argv))


if __name__ == "__main__":
    main()
