"""The status of the queue, with a million finished messages of one owner, 100,000 of them of today, 10,000 waiting.

`python -m bench.queue_status [finished] [today] [waiting] [--plans]`: p50 and p95 of the product's own reads in
milliseconds, of the look-up of one account by its key, and of what the status would cost if today were counted from the
messages themselves (both named baselines of the same run). `--plans` shows what the statements read.
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
from redis.asyncio import Redis
from sqlalchemy import event, func, select

from bench.fans import p95
from bench.queue_rows import Rows, fill
from db import engine
from db.engine import Database, ReadSession
from db.models import Campaign, Message
from db.queries import creator_accounts
from services.devstack.redis import EmbeddedRedis
from services.pacing.limit import Limit
from services.runtime.clock import SystemClock
from services.sending.estimate import Estimates
from services.sending.status import QueueStatusReader, midnight
from tests.parts import TEMPLATE, running_postgres, running_redis
from tests.stored import account

RUNS = 200
LIMIT = Limit(10, timedelta(seconds=60), timedelta(seconds=3))

Ask = Callable[[], Awaitable[Any]]


class NoDeadLetters:
    """The queue's answer is remembered for seconds; asking SQS is no part of this."""

    async def dead_letters(self) -> int:
        return 0


async def counted_from_messages(session: ReadSession, owner: UUID) -> None:
    """What `db.queries.queue_status.today` would have to read without the counts that triggers keep."""
    since = midnight(datetime.now(UTC), "UTC")
    mine = (Message.user_id == owner, Message.direction == "OUT")
    await session.scalar(select(func.count()).where(*mine, Message.queued_at >= since))
    failed = func.count().filter(Message.status == "FAILED")
    await session.execute(select(func.count(), failed).where(*mine, Message.finished_at >= since))


def questions(database: Database, redis: Redis, owner: UUID, some: list[UUID], campaigns: list[UUID]) -> dict[str, Ask]:
    estimates = Estimates(database, LIMIT, enabled=True)
    queue: Any = NoDeadLetters()
    reader = QueueStatusReader(database, queue, redis, estimates, SystemClock(), enabled=True)

    async def one_account() -> None:
        async with database.reads() as session:
            await creator_accounts.get(session, owner, account(owner).id)

    async def from_messages() -> None:
        async with database.reads() as session:
            await counted_from_messages(session, owner)

    return {
        "one account by its key (baseline)": one_account,
        "today counted from messages (baseline)": from_messages,
        "queueStatus": lambda: reader.queue_status(owner, "Europe/Berlin"),
        "delivery of 100 waiting messages": lambda: estimates.of_messages(owner, some),
        "the end of one campaign": lambda: estimates.campaign_ends(owner, campaigns[:1]),
        "the ends of all campaigns": lambda: estimates.campaign_ends(owner, campaigns),
    }


async def bench(url: str, redis_server: EmbeddedRedis, rows: Rows, *, plans: bool) -> None:
    database = engine.connect(url, pool_size=2, owner_guard=True)
    owner = await fill(database, url, rows)
    async with database.reads() as session:
        waits = select(Message.id).where(Message.user_id == owner, Message.status == "QUEUED").limit(100)
        some = list(await session.scalars(waits))
        campaigns = list(await session.scalars(select(Campaign.id).where(Campaign.user_id == owner)))
    async with Redis.from_url(f"redis://{redis_server.endpoint}") as redis:
        print(f"{rows.finished:,} finished, {rows.today:,} today, {rows.waiting:,} waiting; {RUNS} runs each\n")
        print(f"{'milliseconds':42}{'p50':>8}{'p95':>8}{'own CPU':>10}")
        for name, ask in questions(database, redis, owner, some, campaigns).items():
            times, cpu = await measured(ask)
            print(f"{name:42}{statistics.median(times):8.1f}{p95(times):8.1f}{cpu:10.1f}")
            if plans:
                print(*await explained(database, url, ask), sep="\n")
    await database.engine.dispose()


async def measured(ask: Ask) -> tuple[list[float], float]:
    """Each run's time in order of length, and the mean CPU time of this process."""
    for _ in range(3):
        await ask()
    times = []
    used = time.process_time()
    for _ in range(RUNS):
        began = time.perf_counter()
        await ask()
        times.append((time.perf_counter() - began) * 1000)
    return sorted(times), (time.process_time() - used) * 1000 / RUNS


async def explained(database: Database, url: str, ask: Ask) -> list[str]:
    """The plans of every statement of one run."""
    said: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        said.append((statement, parameters))

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    await ask()
    event.remove(database.engine.sync_engine, "before_cursor_execute", note)
    connection = await asyncpg.connect(url)
    plans = []
    for statement, parameters in said:
        plans += [row[0] for row in await connection.fetch(f"EXPLAIN (ANALYZE, BUFFERS) {statement}", *parameters)] + [
            ""
        ]
    await connection.close()
    return plans


def main() -> None:
    sizes = [int(argument.replace(",", "")) for argument in sys.argv[1:] if argument[0].isdigit()]
    with running_postgres() as postgres, running_redis() as redis:
        asyncio.run(bench(postgres.url(TEMPLATE), redis, Rows(*sizes), plans="--plans" in sys.argv))


if __name__ == "__main__":
    main()
