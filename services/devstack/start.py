"""An embedded start from the first file to the last signal: stores, tables, processes, demo data.

What is started first is ended last. The whole of it runs until it is cancelled.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path

import httpx

from services.devstack import product, running
from services.devstack.demo import sandbox_account
from services.devstack.failure import StartFailure
from services.devstack.given import data_dir, given, port
from services.devstack.lock import PidFile, end_orphans, take_over
from services.devstack.logs import Logs
from services.devstack.ports import LOOPBACK, demand_free, free_port
from services.devstack.readiness import wait_until_ready
from services.devstack.secrets import ensure_secrets
from services.devstack.seed import Seed, SeedFailure
from services.devstack.stores import Stores
from services.devstack.supervisor import Notice, Program, Supervisor

Migrate = Callable[[Mapping[str, str]], Awaitable[None]]
Mint = Callable[[Mapping[str, str]], str]
"""Makes a token for the demo user from the environment of the processes."""

Welcome = Callable[[str, str], None]
"""Shows a person the base address and the demo user's token."""


class Start:
    """`migrate` and `mint` are the commands of those names; `notice` and `welcome` speak to the terminal."""

    def __init__(
        self, environ: Mapping[str, str], migrate: Migrate, mint: Mint, notice: Notice, welcome: Welcome
    ) -> None:
        self._environ = environ
        self._migrate = migrate
        self._mint = mint
        self._notice = notice
        self._welcome = welcome
        self._folder = data_dir(environ)
        self._port = port(environ)
        self._address = f"http://{LOOPBACK}:{self._port}"

    async def run(self) -> None:
        """Runs until cancelled. Raises StartFailure, with everything ended again."""
        _prepare(self._folder)
        lock = await take_over(self._folder / "lock")
        try:
            await self._run_locked(lock)
        finally:
            lock.release()

    async def _run_locked(self, lock: PidFile) -> None:
        secrets = ensure_secrets(self._folder)
        for name in await end_orphans(self._folder / "run"):
            self._notice(f"ended the {name} process that a former start left behind")
        demand_free(self._port)
        async with AsyncExitStack() as stack:
            try:
                await self._bring_up(stack, secrets)
                await asyncio.Event().wait()
            finally:
                lock.mark_ending()

    async def _bring_up(self, stack: AsyncExitStack, secrets: Mapping[str, str]) -> None:
        logs = Logs(self._folder / "logs", self._notice)
        stack.callback(logs.close)
        self._notice("starting PostgreSQL, Redis and SQS")
        stores = Stores(self._folder, self._environ, secrets["REDIS_AUTH_TOKEN"], logs.keep, self._notice)
        environment = product.environment(self._environ, await stores.open(stack), secrets, self._port)
        await self._migrate(environment)
        async with httpx.AsyncClient(trust_env=False, timeout=10) as http:
            environment = await self._sandbox(stack, http, environment, logs, secrets)
            stack.enter_context(running.written(self._folder, environment))
            await self._processes(stack, http, environment, logs)
            await self._seed(http, environment, secrets)
        self._welcome(self._address, self._mint(environment))

    async def _sandbox(
        self,
        stack: AsyncExitStack,
        http: httpx.AsyncClient,
        environment: dict[str, str],
        logs: Logs,
        secrets: Mapping[str, str],
    ) -> dict[str, str]:
        """The platform of the demo creator, a process of its own unless an address is given."""
        if given(environment, "SANDBOX_API_BASE_URL"):
            return environment
        chosen = free_port()
        address = f"http://{LOOPBACK}:{chosen}"
        accounts = self._folder / "run" / "sandbox-accounts.json"
        # Also when it dies and is started again, the platform must know whose key opens what.
        running.write_private(accounts, [sandbox_account(self._address, secrets)])
        supervised = await self._supervise(stack, [product.sandbox(environment, chosen, accounts)], logs)
        await wait_until_ready(http, address, supervised.deaths, logs.last_line, any_status=True)
        return {**environment, "SANDBOX_API_BASE_URL": address}

    async def _processes(
        self, stack: AsyncExitStack, http: httpx.AsyncClient, environment: dict[str, str], logs: Logs
    ) -> None:
        self._notice("starting the API and the worker")
        programs = [product.api(environment, self._port), product.worker(environment)]
        supervised = await self._supervise(stack, programs, logs)
        await wait_until_ready(http, f"{self._address}/readyz", supervised.deaths, logs.last_line)

    async def _supervise(self, stack: AsyncExitStack, programs: list[Program], logs: Logs) -> Supervisor:
        supervisor = Supervisor(programs, self._folder / "run", logs.take, self._notice)
        return await stack.enter_async_context(supervisor)

    async def _seed(self, http: httpx.AsyncClient, environment: Mapping[str, str], secrets: Mapping[str, str]) -> None:
        sandbox = environment["SANDBOX_API_BASE_URL"].rstrip("/")
        try:
            await Seed(http, self._address, sandbox, self._mint(environment), secrets).run()
        except SeedFailure as failure:
            self._notice(f"there is no demo data: {failure}")


def _prepare(folder: Path) -> None:
    """Make DATA_DIR and its parts. Others may pass through it (PostgreSQL's own user has to) but not look into it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if folder.stat().st_uid != os.geteuid():
            raise StartFailure(f"{folder} belongs to another user: choose a DATA_DIR of your own.")
        folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
        (folder / "run").mkdir(exist_ok=True, mode=0o700)
    except OSError as fault:
        raise StartFailure(f"{folder} cannot be written ({fault.strerror}): choose a DATA_DIR of your own.") from fault
