"""The API as a process of its own, started as the product starts it: uvloop, compiled parsers, signals."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import IO

import httpx

from services.devstack.supervisor import ROOT
from services.runtime.serving import uvicorn_arguments
from services.runtime.settings import Settings
from tests.flows.faults import environment
from tests.resolvers.transport.api import Api
from tests.waiting import eventually


@asynccontextmanager
async def started(
    settings: Settings, log: int | IO[bytes] = asyncio.subprocess.PIPE
) -> AsyncIterator[tuple[Api, asyncio.subprocess.Process]]:
    """`log`: where it writes; a pipe that nobody reads would stop it in the end."""
    api = Api(settings, f"http://127.0.0.1:{settings.port}")
    command = (sys.executable, "-m", "uvicorn", "server:app", "--port", str(settings.port), *uvicorn_arguments())
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env=environment(settings), stdout=log, stderr=asyncio.subprocess.STDOUT
    )
    try:
        await eventually(lambda: _answers(api), 60, "the process")
        yield api, process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _answers(api: Api) -> bool:
    async with httpx.AsyncClient(trust_env=False) as http:
        try:
            return (await http.get(f"{api.url}/healthz")).status_code == 200
        except httpx.TransportError:
            return False
