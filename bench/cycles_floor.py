"""What a message costs at least: three commits, and three commits around a call of the platform. Nothing else."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx

from services.platforms import registry
from services.platforms.interface import Adapter, Credentials, OutgoingMessage, Sent
from tests.promises.stage import Stage

TICKS = os.sysconf("SC_CLK_TCK")
TABLE = "CREATE TABLE base (id bigserial PRIMARY KEY, state text, body text)"
INSERT = "INSERT INTO base (state, body) VALUES ('reserved', 'x') RETURNING id"
UPDATE = "UPDATE base SET state = $2 WHERE id = $1"
Call = Callable[[int], Awaitable[None]]


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


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def machine_seconds() -> float:
    """Time that all processors were busy so far: user, nice, system and interrupts."""
    fields = [int(each) for each in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:8]]
    return (sum(fields) - fields[3] - fields[4]) / TICKS


async def commits(url: str, connections: int) -> Measured:
    """Three transactions of one row each."""
    return await _measured(f"bare asyncpg, {connections} connections", url, connections, _nothing)


async def deliveries(stage: Stage, connections: int, creators: int) -> Measured:
    """The same, with the product's own call between the second and the third."""
    async with httpx.AsyncClient(trust_env=False, follow_redirects=False) as client:
        adapter = registry.build(stage.settings, client).adapter_for("SANDBOX")
        assert adapter is not None
        url = stage.settings.database_url.get_secret_value()
        return await _measured(
            f"bare asyncpg and a call, {connections} connections", url, connections, _calling(adapter, creators)
        )


def _calling(adapter: Adapter, creators: int) -> Call:
    async def call(number: int) -> None:
        account = f"acct-{number % creators}"
        credentials, message = Credentials(account, f"key-{account}"), OutgoingMessage(str(number), None, ())
        request = await adapter.prepare(credentials, f"{account}-fan-0", message)
        answer = await adapter.send(credentials, request, f"key-{number}", lambda: True)
        assert isinstance(answer, Sent), answer

    return call


async def _nothing(_number: int) -> None: ...


async def _measured(what: str, url: str, connections: int, call: Call, messages: int = 2000) -> Measured:
    async with _table(url):
        left = iter(range(messages))
        cpu, machine, clock = time.process_time(), machine_seconds(), time.monotonic()
        await asyncio.gather(*(_cycles(url, left, call) for _ in range(connections)))
        took = time.monotonic() - clock
        cpu, machine = time.process_time() - cpu, machine_seconds() - machine
        return Measured(what, messages, took, cpu, machine)


async def _cycles(url: str, left: Iterator[int], call: Call) -> None:
    connection = await asyncpg.connect(url)
    for number in left:
        async with connection.transaction():
            row = await connection.fetchval(INSERT)
        async with connection.transaction():
            await connection.execute(UPDATE, row, "dispatching")
        await call(number)
        async with connection.transaction():
            await connection.execute(UPDATE, row, "done")
    await connection.close()


@asynccontextmanager
async def _table(url: str) -> AsyncIterator[None]:
    connection = await asyncpg.connect(url)
    await connection.execute(TABLE)
    yield
    await connection.execute("DROP TABLE base")
    await connection.close()
