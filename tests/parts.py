"""The real parts that tests run on: one PostgreSQL, one Valkey and one moto server for each pytest process.

A watcher ends PostgreSQL and removes its files even where pytest is killed: it waits for the end of a pipe that only
the life of the pytest process keeps open.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from db.migrate import upgrade
from services.devstack.ports import free_port
from services.devstack.postgres import Postgres
from services.devstack.postgres_account import Account, current_account
from services.devstack.postgres_files import programs
from services.devstack.redis import EmbeddedRedis
from services.devstack.sqs import EmbeddedSqs
from services.devstack.supervisor import ROOT

# Tests may lose their data with the machine; they may not wait for a disk.
HASTY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
MEMORY = Path("/dev/shm")
ROOM_BYTES = 2 << 30
TEMPLATE = "huntaze"
WATCH = 'cat; "$0/pg_ctl" -D "$1/postgres" -m immediate stop; rm -rf "$1"'


@dataclass(frozen=True, slots=True)
class QueueUrls:
    """A queue of one test, its dead-letter queue, and the server that has them."""

    endpoint: str
    queue_url: str
    dead_letter_url: str


@contextmanager
def running_postgres(options: Mapping[str, str] = HASTY, *, on_disk: bool = False) -> Iterator[Postgres]:
    """A server whose database TEMPLATE is migrated and is there to be cloned. `on_disk`: for who measures commits."""
    account = current_account()
    folder = _new_folder(on_disk=on_disk)
    account.own(folder)
    tools = programs(account)
    watcher = _watch(account, tools, folder)
    try:
        server = Postgres(folder / "postgres", tools, account, options)
        asyncio.run(upgrade(server.start()))
        yield server
    finally:
        watcher.communicate(timeout=30)


@contextmanager
def running_redis() -> Iterator[EmbeddedRedis]:
    """A Valkey of one's own, for tests that empty, kill or restart it; it dies with the process that started it."""
    with tempfile.TemporaryDirectory(prefix="huntaze-test-") as name:
        server = EmbeddedRedis(Path(name), free_port())
        process = start_redis(server)
        try:
            asyncio.run(server.wait_until_ready())
            yield server
        finally:
            process.kill()
            process.wait()


def start_redis(server: EmbeddedRedis) -> subprocess.Popen[bytes]:
    """Start, or start again after a kill, on the same port."""
    launcher = (sys.executable, "-m", "services.devstack.launch", str(server.folder / "redis.pid"))
    return subprocess.Popen((*launcher, *server.program().command), cwd=ROOT, stdout=subprocess.DEVNULL)


@contextmanager
def running_sqs() -> Iterator[str]:
    """moto's server; yields its endpoint."""
    server = EmbeddedSqs()
    try:
        yield server.start()
    finally:
        server.stop()


def _new_folder(*, on_disk: bool) -> Path:
    """In memory where there is room for it: a clone of the template is four hundred files."""
    writable = not on_disk and MEMORY.is_dir() and os.access(MEMORY, os.W_OK)
    roomy = writable and shutil.disk_usage(MEMORY).free > ROOM_BYTES
    return Path(tempfile.mkdtemp(prefix="huntaze-test-", dir=MEMORY if roomy else None)).resolve()


def _watch(account: Account, tools: Path, folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        ["sh", "-c", WATCH, str(tools), str(folder)],
        cwd="/",
        user=account.uid,
        group=account.gid,
        extra_groups=[] if account.switch else None,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
