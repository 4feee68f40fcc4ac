"""How many messages a second does one worker process carry? Claim, mark, call, record, with their live events.

    .venv/bin/python -m bench.cycles [--connections 1 4 8] [--creators 400] [--messages 10] [--least N]

PostgreSQL writes to the disk before it confirms (fsync). The worker is `python -m services.workers`, the sandbox
platform is a process of its own; the limit is set so high that it never binds. Messages lie in the lanes before the
worker starts, beside others that were sent an hour ago, so no queue, no API and no empty tables are measured.
Two baselines in the same run (`cycles_floor.py`), each in one process with as many connections: three bare asyncpg
transactions for each message, and the same around a bare call of the platform. No worker can be faster than the second.
CPU time tells more than the clock where something else runs on the machine. Beside the worker's own stands what the
whole machine has spent for a message, PostgreSQL and the platform included, which tells something on a quiet one only.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import asyncpg
import uvloop

from bench.cycles_floor import Measured, commits, cpu_seconds, deliveries, machine_seconds
from services.devstack.postgres import Postgres
from services.runtime.settings import Settings
from tests.conftest import session_settings
from tests.parts import HASTY, running_postgres, running_redis, running_sqs
from tests.promises.creators import Creators
from tests.promises.stage import Stage, open_stage

DURABLE = {**HASTY, "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "autovacuum": "on"}
SENT = "SELECT count(*) FROM messages WHERE platform_message_id IS NOT NULL"
EARLIER = """
    INSERT INTO attempts (user_id, id, message_id, number, platform, account_id, campaign, worker, state, outcome,
        reserved_at, dispatched_at, finished_at, lease_until)
    SELECT user_id, gen_random_uuid(), id, 1, platform, account_id, false, 'earlier', 'done', 'SENT', $1, $1, $1, $1
    FROM messages JOIN (SELECT id AS creator_account_id, platform, account_id FROM creator_accounts) accounts
        USING (creator_account_id)
    WHERE status = 'SENT'
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 4, 8])
    parser.add_argument("--creators", type=int, default=400)
    parser.add_argument("--messages", type=int, default=10, help="for each creator")
    parser.add_argument("--least", type=float, help="exit with 1 where the last figure is below")
    arguments = parser.parse_args()
    with (
        running_postgres(DURABLE, on_disk=True) as postgres,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as loop,
    ):
        for connections in arguments.connections:
            bare = loop.run(commits(postgres.url("postgres"), connections))
            with settings_on(postgres) as settings:
                called, carried = loop.run(measure(settings, connections, arguments.creators, arguments.messages))
            for each in (bare, called, carried):
                _print(each)
            below = (bare.a_second / carried.a_second, called.a_second / carried.a_second)
            print(f"{'':14}{below[0]:.1f} x below the bare commits, {below[1]:.1f} x below commits around a call")
    if arguments.least and carried.a_second < arguments.least:
        raise SystemExit(1)


@contextmanager
def settings_on(postgres: Postgres) -> Iterator[Settings]:
    with running_redis() as redis, running_sqs() as sqs, session_settings(postgres, redis, sqs) as settings:
        yield settings.model_copy(
            update={
                "rate_limit_messages": 1000,
                "rate_limit_window_seconds": 0.001,
                "rate_limit_min_gap_seconds": 0.0,
                "log_level": "WARNING",
            }
        )


async def measure(settings: Settings, connections: int, creators: int, each: int) -> tuple[Measured, Measured]:
    """The platform called by a loop that does nothing else, and by the worker."""
    settings = settings.model_copy(update={"worker_senders": connections, "database_pool_size": connections})
    async with open_stage(settings, workers=1) as stage:
        made = await Creators.make(stage, creators)
        await _earlier(stage, made)
        await made.queued(each)
        called = await deliveries(stage, connections, creators)
        return called, await _carried(stage, connections, creators * each)


async def _earlier(stage: Stage, made: Creators) -> None:
    """Ten for each creator: plans of a server that has just begun would read a table of few rows from end to end."""
    then = datetime.now(UTC) - timedelta(hours=1)
    await made.queued(10, status="SENT", sent_at=then, finished_at=then)
    database = await asyncpg.connect(stage.settings.database_url.get_secret_value())
    await database.execute(EARLIER, then)
    await database.execute("ANALYZE")
    await database.close()


async def _carried(stage: Stage, connections: int, messages: int) -> Measured:
    database = await asyncpg.connect(stage.settings.database_url.get_secret_value())
    worker = stage.workers[0]
    await worker.start()
    begun = await _until_sent(database, messages // 10)
    print("measuring", file=sys.stderr, flush=True)
    cpu, machine, clock = cpu_seconds(worker.pid), machine_seconds(), time.monotonic()
    done = await _until_sent(database, messages)
    clock, cpu, machine = time.monotonic() - clock, cpu_seconds(worker.pid) - cpu, machine_seconds() - machine
    await database.close()
    return Measured(f"worker, {connections} connections", done - begun, clock, cpu, machine)


async def _until_sent(database: asyncpg.Connection, wanted: int) -> int:
    """Looks rarely: each look costs the database something."""
    while True:
        count: int = await database.fetchval(SENT)
        if count >= wanted:
            return count
        await asyncio.sleep(0.25)


def _print(measured: Measured) -> None:
    print(
        f"{measured.what:44} {measured.messages:6} messages  {measured.a_second:7.0f} a second"
        f"  {measured.cpu_seconds / measured.messages * 1000:6.2f} ms CPU each"
        f"  {measured.machine_seconds / measured.messages * 1000:6.2f} ms of the machine"
    )


if __name__ == "__main__":
    main()
