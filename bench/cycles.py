"""How many messages a second does one worker process carry? Claim, mark, call, record, with their live events.

    .venv/bin/python -m bench.cycles [--connections 1 4 8] [--creators 400] [--messages 10] [--least N]

PostgreSQL writes to the disk before it confirms (fsync). The worker is `python -m services.workers`, the sandbox
platform is a process of its own; the limit is set so high that it never binds. Messages lie in the lanes before the
worker starts, so no queue and no API are measured. The baseline in the same run does, in one process with as many
connections, nothing but three bare asyncpg transactions for each message: what a machine and its disk allow at best.
CPU time tells more than the clock where something else runs on the machine. Beside the worker's own stands what the
whole machine has spent for a message, PostgreSQL and the platform included, which tells something on a quiet one only.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from services.devstack.postgres import Postgres
from services.runtime.settings import Settings
from tests.conftest import session_settings
from tests.parts import HASTY, running_postgres, running_redis, running_sqs
from tests.promises.creators import Creators
from tests.promises.stage import open_stage

DURABLE = {**HASTY, "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "autovacuum": "on"}
TICKS = os.sysconf("SC_CLK_TCK")
SENT = "SELECT count(*) FROM messages WHERE status = 'SENT'"
BASE_TABLE = "CREATE TABLE base (id bigserial PRIMARY KEY, state text, body text)"


@dataclass(frozen=True, slots=True)
class Measured:
    """Messages, how long they took, and the CPU time of the process that carried them and of the whole machine."""

    what: str
    messages: int
    seconds: float
    cpu_seconds: float
    machine_seconds: float

    @property
    def a_second(self) -> float:
        return self.messages / self.seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 4, 8])
    parser.add_argument("--creators", type=int, default=400)
    parser.add_argument("--messages", type=int, default=10, help="for each creator")
    parser.add_argument("--least", type=float, help="exit with 1 where the last figure is below")
    arguments = parser.parse_args()
    figures = []
    with running_postgres(DURABLE, on_disk=True) as postgres:
        for connections in arguments.connections:
            figures.append(asyncio.run(baseline(postgres, connections)))
            _print(figures[-1])
            with settings_on(postgres) as settings:
                figures.append(asyncio.run(measure(settings, connections, arguments.creators, arguments.messages)))
            _print(figures[-1])
            print(f"{'':14}{figures[-2].a_second / figures[-1].a_second:5.1f} x below the baseline")
    if arguments.least and figures[-1].a_second < arguments.least:
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


async def measure(settings: Settings, connections: int, creators: int, each: int) -> Measured:
    settings = settings.model_copy(update={"worker_senders": connections, "database_pool_size": connections})
    async with open_stage(settings, workers=1) as stage:
        made = await Creators.make(stage, creators)
        await made.queued(each)
        database = await asyncpg.connect(settings.database_url.get_secret_value())
        worker = stage.workers[0]
        await worker.start()
        begun = await _until_sent(database, creators)
        print("measuring", file=sys.stderr, flush=True)
        cpu, machine, clock = _cpu_seconds(worker.pid), _machine_seconds(), time.monotonic()
        done = await _until_sent(database, creators * each)
        cpu, machine, clock = _cpu_seconds(worker.pid) - cpu, _machine_seconds() - machine, time.monotonic() - clock
        await database.close()
        return Measured(f"worker, {connections} connections", done - begun, clock, cpu, machine)


async def _until_sent(database: asyncpg.Connection, wanted: int) -> int:
    """Looks rarely: each look costs the database something."""
    while True:
        count: int = await database.fetchval(SENT)
        if count >= wanted:
            return count
        await asyncio.sleep(0.25)


def _cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _machine_seconds() -> float:
    """Time that all processors were busy so far: user, nice, system and interrupts."""
    fields = [int(each) for each in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:8]]
    return (sum(fields) - fields[3] - fields[4]) / TICKS


async def baseline(postgres: Postgres, connections: int, messages: int = 2000) -> Measured:
    """Three transactions for each message, as the product has, each of one row."""
    url = postgres.url("postgres")
    async with _table(url):
        left = iter(range(messages))
        cpu, machine, clock = time.process_time(), _machine_seconds(), time.monotonic()
        await asyncio.gather(*(_cycles(url, left) for _ in range(connections)))
        took = time.monotonic() - clock
        cpu, machine = time.process_time() - cpu, _machine_seconds() - machine
        return Measured(f"bare asyncpg, {connections} connections", messages, took, cpu, machine)


async def _cycles(url: str, left: Iterator[int]) -> None:
    connection = await asyncpg.connect(url)
    for _ in left:
        async with connection.transaction():
            row = await connection.fetchval("INSERT INTO base (state, body) VALUES ('reserved', 'x') RETURNING id")
        for state in ("dispatching", "done"):
            async with connection.transaction():
                await connection.execute("UPDATE base SET state = $2 WHERE id = $1", row, state)
    await connection.close()


@asynccontextmanager
async def _table(url: str) -> AsyncIterator[None]:
    connection = await asyncpg.connect(url)
    await connection.execute(BASE_TABLE)
    yield
    await connection.execute("DROP TABLE base")
    await connection.close()


def _print(measured: Measured) -> None:
    print(
        f"{measured.what:32} {measured.messages:6} messages  {measured.a_second:7.0f} a second"
        f"  {measured.cpu_seconds / measured.messages * 1000:6.2f} ms CPU each"
        f"  {measured.machine_seconds / measured.messages * 1000:6.2f} ms of the machine"
    )


if __name__ == "__main__":
    main()
