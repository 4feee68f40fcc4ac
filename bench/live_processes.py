"""The processes of `bench.live`: a server, product or floor, and the clients."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from services.devstack.ports import free_port
from services.devstack.supervisor import ROOT
from services.runtime.serving import uvicorn_arguments

TICKS = os.sysconf("SC_CLK_TCK")
PAGE_KB = os.sysconf("SC_PAGE_SIZE") / 1024


class Server:
    """A process, and what it has used."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self._process = process
        self.port = port

    @property
    def cpu_seconds(self) -> float:
        with open(f"/proc/{self._process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    @property
    def memory_kb(self) -> float:
        with open(f"/proc/{self._process.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * PAGE_KB


@asynccontextmanager
async def serving(application: str, environ: dict[str, str]) -> AsyncIterator[Server]:
    port = free_port()
    command = (sys.executable, "-m", "uvicorn", application, "--port", str(port), *uvicorn_arguments())
    process = await asyncio.create_subprocess_exec(
        *command, "--no-access-log", "--log-level", "warning", cwd=ROOT, env=environ
    )
    try:
        while not await _answers(port):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)
        yield Server(process, port)
    finally:
        process.terminate()
        await process.wait()


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


class Clients:
    """The other process: it is told what to do and says what came, one JSON value a line."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def tell(self, value: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(value).encode() + b"\n")
        await self._process.stdin.drain()

    async def hear(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        heard: dict[str, Any] = json.loads(await self._process.stdout.readline())
        return heard


@asynccontextmanager
async def clients(port: int, said: list[dict[str, Any]]) -> AsyncIterator[Clients]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.live_clients"),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 20,
    )
    try:
        found = Clients(process)
        await found.tell({"port": port, "said": said})
        yield found
    finally:
        process.kill()
        await process.wait()
