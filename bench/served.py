"""API and worker as processes of their own, for benches that ask how one bears what the other does."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from services.devstack import product
from services.devstack.ports import free_port
from services.runtime.settings import Settings
from tests.flows.faults import environment
from tests.flows.graphql_client import GraphQLClient, token_for
from tests.promises.processes import Process, afresh, module
from tests.waiting import eventually

PAGE = "{ fans(first: 50) { nodes { id name handle tags valueCents } } }"
START_SECONDS = 90


@dataclass(frozen=True, slots=True)
class Served:
    settings: Settings
    url: str
    api: Process
    worker: Process
    client: GraphQLClient


@asynccontextmanager
async def served(settings: Settings) -> AsyncIterator[Served]:
    """Signed in as one user."""
    port = free_port()
    settings = settings.model_copy(update={"port": port})
    folder = Path(tempfile.mkdtemp(prefix="huntaze-bench-"))
    environ = environment(settings)
    api = Process("api", product.api(environ, port).command, environ, folder / "api.log", afresh)
    worker = Process("worker", module("services.workers"), environ, folder / "worker.log", afresh)
    url = f"http://127.0.0.1:{port}"
    async with httpx.AsyncClient(trust_env=False, timeout=120) as http:
        try:
            await asyncio.gather(api.start(), worker.start())
            await eventually(lambda: _answers(http, url), START_SECONDS, "the API")
            assert settings.jwt_secret is not None
            yield Served(
                settings, url, api, worker,
                GraphQLClient(http, url, token_for(settings.jwt_secret.get_secret_value(), "mia")),
            )  # fmt: skip
        finally:
            await api.kill()
            await worker.kill()


async def _answers(http: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await http.get(f"{url}/readyz")).status_code == 200
    except httpx.TransportError:
        return False


async def asked_meanwhile(client: GraphQLClient, going_on: Callable[[], bool]) -> list[float]:
    """Seconds that each page of fans took, one after another, for as long as something goes on."""
    found = []
    while going_on():
        began = time.perf_counter()
        await client.run(PAGE)
        found.append(time.perf_counter() - began)
        await asyncio.sleep(0.02)
    return found


async def meanwhile(client: GraphQLClient, work: Awaitable[None]) -> list[float]:
    task = asyncio.ensure_future(work)
    found = await asked_meanwhile(client, lambda: not task.done())
    await task
    return found


def memory(process: Process) -> float:
    """The most it has had in memory so far, in MB."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) / 1024


def forget_peak(process: Process) -> None:
    """Measure from here on."""
    Path(f"/proc/{process.pid}/clear_refs").write_text("5")


def p95(seconds: Sequence[float]) -> float:
    return sorted(seconds)[max(0, round(len(seconds) * 0.95) - 1)]


def shown(what: str, seconds: Sequence[float]) -> str:
    return (
        f"{what:42} n={len(seconds):<5} p50 {statistics.median(seconds) * 1000:7.1f} ms   "
        f"p95 {p95(seconds) * 1000:7.1f} ms"
    )
