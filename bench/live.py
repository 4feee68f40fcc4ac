"""How live is live? Sockets on one creator's inbox and on many, beside a bare fan-out of the same bytes.

    .venv/bin/python -m bench.live [--sockets 100 500 1000] [--rate 20] [--seconds 15] [--rounds 3] [--creators 1000]

Server, clients and the writer of the events are processes of their own, on real stores. Delays run from the commit to
the receipt, in milliseconds; CPU is the server process's share of one core; memory is what a socket adds to the server.
Each line is the median of the rounds, with the worst p99 in brackets. `share` of 100 means that every socket had every
event, once.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import secrets
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cryptography.fernet import Fernet
from redis.asyncio import Redis

from bench.live_table import line
from db.engine import Database, WriteSession
from db.models import Conversation, Fan, Message
from db.queries import live_events, users
from db.unit_of_work import Transactions
from services.devstack.ports import free_port
from services.devstack.supervisor import ROOT
from services.live import events
from services.live.channel import Announcer
from services.runtime.serving import uvicorn_arguments
from services.runtime.settings import Settings
from tests.flows.faults import NOBODY, environment
from tests.flows.graphql_client import token_for
from tests.parts import TEMPLATE, running_postgres, running_redis
from tests.stored import conversation, fan, message, opened, store, writing

QUERY = """subscription Inbox($after: String) { inboxEvents(after: $after) { __typename cursor occurredAt
  ... on MessageAdded { message { id version text status direction createdAt
    conversation { id version unreadCount fan { id name } lastMessage { id } } } } } }"""
TICKS = os.sysconf("SC_CLK_TCK")
PAGE_KB = os.sysconf("SC_PAGE_SIZE") / 1024


@dataclass(frozen=True, slots=True)
class Case:
    """`sockets` on `creators` inboxes, `rate` events a second in all; `deaf` of them never read."""

    sockets: int
    creators: int
    rate: float
    seconds: float
    deaf: int = 0


@dataclass(slots=True)
class Creator:
    owner: UUID
    subject: str
    talk: Conversation
    sequence: int = 0


class Stage:
    """Stores that outlive the servers, and creators to write events for."""

    def __init__(self, database: Database, redis: Redis, settings: Settings) -> None:
        self.settings = settings
        self._database = database
        self._announce = Announcer(redis)
        self.creators: list[Creator] = []

    async def creators_up_to(self, count: int) -> list[Creator]:
        while len(self.creators) < count:
            subject = f"creator-{len(self.creators)}"

            async def make(session: WriteSession, name: str = subject) -> UUID:
                owner = await users.ensure(session, "", name)
                await live_events.ensure_sequence(session, owner)
                return owner

            owner = await writing(self._database, make)
            somebody: Fan = fan(owner)
            talk = conversation(somebody)
            await store(self._database, somebody, talk)
            self.creators.append(Creator(owner, subject, talk))
        return self.creators[:count]

    async def say(self, creator: Creator) -> tuple[str, float]:
        """A message comes in. The event's key, and the moment of the commit."""
        creator.sequence += 1
        key, committed = f"{creator.owner.hex}:{creator.sequence}", 0.0

        async def announce(owner: UUID, sequence: int) -> None:
            nonlocal committed
            committed = time.monotonic()
            await self._announce(owner, sequence)

        async with Transactions(self._database, announce)() as work:
            said: Message = message(creator.talk, direction="IN", origin="FAN", status="RECEIVED", text=f"key={key};")
            work.session.add(said)
            await work.session.flush()
            work.emit(creator.owner, events.message_added(said))
        return key, committed


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
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                break
            except OSError:
                await asyncio.sleep(0.1)
        writer.close()
        yield Server(process, port)
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def clients(port: int, said: list[dict[str, Any]]) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.live_clients"),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 20,
    )
    try:
        await _tell(process, {"port": port, "said": said})
        yield process
    finally:
        process.kill()
        await process.wait()


async def _tell(process: asyncio.subprocess.Process, value: Any) -> None:
    assert process.stdin is not None
    process.stdin.write(json.dumps(value).encode() + b"\n")
    await process.stdin.drain()


async def _hear(process: asyncio.subprocess.Process) -> dict[str, Any]:
    assert process.stdout is not None
    heard: dict[str, Any] = json.loads(await process.stdout.readline())
    return heard


def said_by(stage: Stage, case: Case, creators: list[Creator]) -> list[dict[str, Any]]:
    assert stage.settings.jwt_secret is not None
    secret, found = stage.settings.jwt_secret.get_secret_value(), []
    for number in range(case.sockets):
        creator = creators[number % case.creators]
        token = token_for(secret, creator.subject)
        init = {"type": "connection_init", "payload": {"Authorization": f"Bearer {token}"}}
        subscribe = {"type": "subscribe", "id": secrets.token_hex(16), "payload": {"query": QUERY}}
        path = f"/graphql?owner={creator.owner.hex}"
        found.append({"path": path, "init": init, "subscribe": subscribe, "deaf": number < case.deaf})
    return found


async def measure(stage: Stage, case: Case, application: str, extra: dict[str, str]) -> dict[str, Any]:
    """One round of one server."""
    creators = await stage.creators_up_to(case.creators)
    async with serving(application, environment(stage.settings) | extra) as server:
        await asyncio.sleep(1)
        empty = server.memory_kb
        async with clients(server.port, said_by(stage, case, creators)) as process:
            ready = await _hear(process)
            assert ready["ready"] == case.sockets, ready
            full, cpu, begin = server.memory_kb, server.cpu_seconds, time.monotonic()
            commits = await _speak(stage, case, creators)
            cpu_share = (server.cpu_seconds - cpu) / (time.monotonic() - begin)
            listeners = (case.sockets - case.deaf) // case.creators
            await _tell(process, {"commits": commits, "hearers": dict.fromkeys(commits, listeners)})
            found = await _hear(process)
            seconds = time.monotonic() - begin
            found["cpu_share"] = max(cpu_share, (server.cpu_seconds - cpu) / seconds) * 100
            found["client_share"] = found["cpu"] / seconds * 100
            found["socket_kb"] = (full - empty) / case.sockets
            found["grown_kb"] = server.memory_kb - full
            return found


async def _speak(stage: Stage, case: Case, creators: list[Creator]) -> dict[str, float]:
    commits: dict[str, float] = {}
    begin = time.monotonic()
    for number in range(round(case.rate * case.seconds)):
        await asyncio.sleep(max(0, begin + number / case.rate - time.monotonic()))
        key, moment = await stage.say(creators[number % case.creators])
        commits[key] = moment
    return commits


async def compare(stage: Stage, case: Case, rounds: int) -> None:
    """Product and floor in turns, so that a busy moment meets both."""
    ours: list[dict[str, Any]] = []
    floors: list[dict[str, Any]] = []
    for _ in range(rounds):
        ours.append(await measure(stage, case, "server:app", {}))
        frame = ours[-1].pop("sample")
        assert re.search(r"key=[0-9a-f]+:\d+;", frame), frame
        floors.append(await measure(stage, case, "bench.live_floor:app", {"FLOOR_FRAME": frame}))
        floors[-1].pop("sample")
        for each in (ours[-1], floors[-1]):
            if each["twice"] or each["strange"]:
                print("  ", {name: each[name] for name in ("twice", "strange", "closed")})
    about = f"{case.sockets} on {case.creators}, {case.rate:g}/s" + (f", {case.deaf} deaf" if case.deaf else "")
    print(line(about, ours))
    print(line(f"{about}: floor", floors), flush=True)
    if case.deaf:
        print("   memory grown, kB:", [round(each["grown_kb"]) for each in ours])


def settings_of(database_url: str, redis_endpoint: str) -> Settings:
    return Settings.model_validate(
        {
            "database_url": database_url,
            "redis_endpoint": redis_endpoint,
            "aws_endpoint_url_sqs": NOBODY,
            "sqs_rate_limiter_queue_url": f"{NOBODY}/1/queue",
            "jwt_secret": secrets.token_urlsafe(32),
            "credentials_keys": Fernet.generate_key().decode("ascii"),
        }
    )


async def run(database_url: str, redis_endpoint: str, cases: Sequence[Case], rounds: int) -> None:
    settings = settings_of(database_url, redis_endpoint)
    async with opened(database_url) as database, Redis.from_url(f"redis://{redis_endpoint}") as redis:
        stage = Stage(database, redis, settings)
        print("| sockets on inboxes | share % | p50 ms | p99 ms (worst) | CPU % | kB a socket | CPU of clients % |")
        print("| --- | --- | --- | --- | --- | --- | --- |", flush=True)
        for case in cases:
            await compare(stage, case, rounds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sockets", type=int, nargs="*", default=[100, 500, 1000])
    parser.add_argument("--creators", type=int, default=1000, help="one socket each; 0: leave this case out")
    parser.add_argument("--deaf", type=int, default=100, help="of the largest number; 0: leave this case out")
    parser.add_argument("--rate", type=float, default=20)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    cases = [Case(each, 1, given.rate, given.seconds) for each in given.sockets]
    if given.creators:
        cases.append(Case(given.creators, given.creators, given.rate, given.seconds))
        cases.append(Case(given.creators, given.creators, 5 * given.rate, given.seconds))
    if given.deaf:
        cases.append(Case(max(given.sockets or [1000]), 1, given.rate, 2 * given.seconds, given.deaf))
    with running_postgres() as postgres, running_redis() as redis:
        asyncio.run(run(postgres.url(TEMPLATE), redis.endpoint, cases, given.rounds))


if __name__ == "__main__":
    main()
