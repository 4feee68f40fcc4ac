"""The product on a stage: API, workers and sandbox platform as processes of their own, on real stores."""

from __future__ import annotations

import json
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from services.devstack import product
from services.devstack.ports import free_port
from services.runtime.settings import Settings
from tests.flows.faults import environment
from tests.flows.graphql_client import GraphQLClient, token_for
from tests.promises.books import Books
from tests.promises.processes import Process, module
from tests.services.platforms.control import SandboxControl
from tests.waiting import eventually

START_SECONDS = 150
LONG = 150
"""Seconds for one thing to happen; a busy machine takes long to start processes."""
PATIENCE = 600
"""Seconds after which a test of processes is given up."""

PREPARED = 2000
SECRET = "a webhook secret"


@dataclass(frozen=True, slots=True)
class Stage:
    """What is there to be started and killed. `workers` are not started yet."""

    settings: Settings
    url: str
    folder: Path
    sandbox: SandboxControl
    platform: Process
    api: Process
    workers: list[Process] = field(default_factory=list)
    http: httpx.AsyncClient = field(default_factory=httpx.AsyncClient)

    @property
    def books(self) -> Books:
        return Books(self.settings)

    def client(self, subject: str) -> GraphQLClient:
        assert self.settings.jwt_secret is not None
        return GraphQLClient(self.http, self.url, token_for(self.settings.jwt_secret.get_secret_value(), subject))

    def worker(self, **changes: Any) -> Process:
        """One more worker, not started; `changes` to its settings."""
        settings = self.settings.model_copy(update=changes)
        name = f"worker-{len(self.workers) + 1}"
        made = Process(name, module("services.workers"), environment(settings), self.folder / f"{name}.log")
        self.workers.append(made)
        return made

    async def has_arrived(self, text: str) -> bool:
        """Delivered or not (yet): a request with this text has reached the platform."""
        return any(text in str(each["body"]) for each in await self.sandbox.arrivals())

    async def arrived(self, requests: int) -> bool:
        return len(await self.sandbox.arrivals()) >= requests

    async def stepped(self, text: str, status: str) -> bool:
        """The message was announced with this status, whatever became of it since."""
        return status in await self.books.steps(text)

    async def all_sent(self, texts: Sequence[str]) -> bool:
        statuses = await self.books.statuses()
        return all(statuses.get(text) == "SENT" for text in texts)

    async def start_api(self) -> None:
        await self.api.start()
        await eventually(lambda: answers(self.http, f"{self.url}/healthz"), START_SECONDS, "the API")


@asynccontextmanager
async def open_stage(settings: Settings, *, workers: int = 0, webhooks: bool = False) -> AsyncIterator[Stage]:
    """The sandbox runs, with accounts `acct-0`, `acct-1` … whose keys are `key-acct-0` …; everything else is off.

    `webhooks`: it tells the API of every message it has taken. Whatever runs at the end of the block is killed.
    """
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="huntaze-stage-")))
        port, sandbox_port = free_port(), free_port()
        sandbox_url, url = f"http://127.0.0.1:{sandbox_port}", f"http://127.0.0.1:{port}"
        here = {"sandbox_api_base_url": sandbox_url, "onlyfans_api_base_url": sandbox_url, "port": port}
        settings = settings.model_copy(update=here | {"statement_guard": False})
        http = await stack.enter_async_context(httpx.AsyncClient(trust_env=False, timeout=30))
        control = await stack.enter_async_context(httpx.AsyncClient(base_url=sandbox_url, trust_env=False, timeout=30))
        api = product.api(environment(settings), port)
        stage = Stage(
            settings=settings,
            url=url,
            folder=folder,
            sandbox=SandboxControl(control),
            platform=_platform(folder, sandbox_port, url if webhooks else None),
            api=Process("api", api.command, api.environment, folder / "api.log"),
            http=http,
        )
        for _ in range(workers):
            stage.worker()
        stack.push_async_callback(_kill_all, stage)
        await stage.platform.start()
        await eventually(lambda: answers(http, f"{sandbox_url}/healthz"), START_SECONDS, "the sandbox")
        try:
            yield stage
        except BaseException as failure:
            failure.add_note(_last_words(stage))
            raise


def _last_words(stage: Stage) -> str:
    """What the processes complained of, for whoever has to find out why a test failed."""
    told = []
    for process in (*stage.workers, stage.api, stage.platform):
        lines = [line for line in process.said().splitlines() if '"level": "info"' not in line]
        told += [f"{process.name}: {line[:600]}" for line in lines[-8:]]
    return "\n".join(told)


def _platform(folder: Path, port: int, api_url: str | None) -> Process:
    known = folder / "accounts.json"
    known.write_text(json.dumps([_account(f"acct-{number}", api_url) for number in range(PREPARED)]))
    command = module("services.cli", "sandbox", "--port", str(port), "--accounts", str(known))
    return Process("sandbox", command, {}, folder / "sandbox.log")


def _account(account_id: str, api_url: str | None) -> dict[str, object]:
    webhook: dict[str, object] = (
        {"webhook_url": f"{api_url}/webhooks/sandbox", "webhook_secret": SECRET} if api_url else {}
    )
    known: dict[str, object] = {"account_id": account_id, "api_key": f"key-{account_id}", "display_name": account_id}
    return known | webhook


async def answers(http: httpx.AsyncClient, address: str) -> bool:
    try:
        return (await http.get(address)).is_success
    except httpx.HTTPError:
        return False


async def _kill_all(stage: Stage) -> None:
    for process in (*stage.workers, stage.api, stage.platform):
        if process.alive:
            await process.kill()
