"""How live is live? Sockets on one creator's inbox and on many, beside a bare fan-out of the same bytes.

    .venv/bin/python -m bench.live [100 500 1000 many deaf] [--rounds 3] [--seconds 10] [--rate 20]

The cases: so many sockets on one inbox; `many`: 1,000 sockets on 1,000 inboxes; `deaf`: 1,000 on one inbox, of which
100 never read (its floor is without them: a bare fan-out would wait for them for ever). Without any, all of them. A
round takes some 15 s and twice `--seconds`; the inboxes of `many` take half a minute before.

Server, clients and the writer of the events are processes of their own, on real stores. Delays run from the commit to
the receipt, in milliseconds; those of the first two seconds, in which all three are cold, are not counted. CPU is the
server process's, of one core and for one event with all its sockets; memory is what a socket adds to the server; load
is the machine's before the round. Each line is the median of the rounds, product and floor in turns. 100 % delivered
means that every socket that reads had every event, once.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import secrets
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from cryptography.fernet import Fernet
from redis.asyncio import Redis

from bench.live_processes import clients, serving
from bench.live_stage import Case, Stage
from bench.live_table import HEAD, Round, row
from services.runtime.settings import Settings
from tests.flows.faults import NOBODY, environment
from tests.flows.graphql_client import token_for
from tests.parts import TEMPLATE, running_postgres, running_redis
from tests.stored import opened

QUERY = """subscription Inbox($after: String) { inboxEvents(after: $after) { __typename cursor occurredAt
  ... on MessageAdded { message { id version text status direction createdAt
    conversation { id version unreadCount fan { id name } lastMessage { id } } } } } }"""


def cases(rate: float, seconds: float) -> dict[str, Case]:
    return {
        **{str(sockets): Case(sockets, 1, rate, seconds) for sockets in (100, 500, 1000)},
        "many": Case(1000, 1000, rate, seconds),
        "deaf": Case(1000, 1, rate, 2 * seconds, deaf=100),
    }


async def said_by(stage: Stage, case: Case) -> list[dict[str, Any]]:
    """What each socket says."""
    assert stage.settings.jwt_secret is not None
    secret, found = stage.settings.jwt_secret.get_secret_value(), []
    creators = await stage.creators_up_to(case.creators)
    for number in range(case.sockets):
        creator = creators[number % case.creators]
        token = token_for(secret, creator.subject)
        init = {"type": "connection_init", "payload": {"Authorization": f"Bearer {token}"}}
        subscribe = {"type": "subscribe", "id": secrets.token_hex(16), "payload": {"query": QUERY}}
        path = f"/graphql?owner={creator.owner.hex}"
        found.append({"path": path, "init": init, "subscribe": subscribe, "deaf": number < case.deaf})
    return found


async def measure(stage: Stage, case: Case, application: str, extra: dict[str, str]) -> Round:
    """One round of one server."""
    said = await said_by(stage, case)
    load = os.getloadavg()[0]
    environ = environment(stage.settings) | {"LOG_LEVEL": "WARNING"} | extra
    async with serving(application, environ) as server:
        await asyncio.sleep(1)
        empty = server.memory_kb
        async with clients(server.port, said) as there:
            ready = await there.hear()
            assert ready["ready"] == case.sockets, ready
            full, cpu, begin = server.memory_kb, server.cpu_seconds, time.monotonic()
            commits = await stage.speak(case)
            await there.tell({"commits": commits, "hearers": dict.fromkeys(commits, case.listeners)})
            found = await there.hear()
            cpu, seconds = server.cpu_seconds - cpu, time.monotonic() - begin
            found |= {"cpu_share": cpu / seconds * 100, "cpu_event": cpu * 1000 / len(commits), "load": load}
            return found | {"socket_kb": (full - empty) / case.sockets, "grown_kb": server.memory_kb - full}


async def compare(stage: Stage, case: Case, rounds: int) -> None:
    """Product and floor in turns, so that a busy moment meets both."""
    ours: list[Round] = []
    floors: list[Round] = []
    for _ in range(rounds):
        ours.append(await measure(stage, case, "server:app", {}))
        frame = ours[-1].pop("sample")
        assert re.search(r"key=[0-9a-f]+:\d+;", frame), frame
        reading = replace(case, sockets=case.sockets - case.deaf, deaf=0)
        floors.append(await measure(stage, reading, "bench.live_floor:app", {"FLOOR_FRAME": frame}))
        for each in (ours[-1], floors[-1]):
            if each["twice"] or each["strange"]:
                print("  ", {name: each[name] for name in ("twice", "strange", "closed")})
    about = f"{case.sockets} on {case.creators}, {case.rate:g}/s" + (f", {case.deaf} deaf" if case.deaf else "")
    print(row(about, ours, floors))
    print(row(f"{about}: floor", floors), flush=True)
    if case.deaf:
        grown = [round(each["grown_kb"] / case.sockets) for each in ours]
        print("   kB that the process grew for each socket while it told the events:", grown)


def settings_of(database_url: str, redis_endpoint: str) -> Settings:
    return Settings.model_validate(
        {
            "database_url": database_url,
            "redis_endpoint": redis_endpoint,
            "aws_endpoint_url_sqs": NOBODY,
            "sqs_rate_limiter_queue_url": f"{NOBODY}/1/queue",
            "sqs_rate_limiter_dlq_url": f"{NOBODY}/1/dead",
            "jwt_secret": secrets.token_urlsafe(32),
            "credentials_keys": Fernet.generate_key().decode("ascii"),
        }
    )


async def run(database_url: str, redis_endpoint: str, wanted: Sequence[Case], rounds: int) -> None:
    settings = settings_of(database_url, redis_endpoint)
    async with opened(database_url) as database, Redis.from_url(f"redis://{redis_endpoint}") as redis:
        stage = Stage(database, redis, settings)
        print(HEAD, flush=True)
        for case in wanted:
            await compare(stage, case, rounds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", metavar="case")
    parser.add_argument("--rate", type=float, default=20)
    parser.add_argument("--seconds", type=float, default=12)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    there = cases(given.rate, given.seconds)
    if unknown := set(given.cases) - set(there):
        parser.error(f"no such case: {', '.join(unknown)}")
    wanted = [case for name, case in there.items() if not given.cases or name in given.cases]
    with running_postgres() as postgres, running_redis() as redis:
        asyncio.run(run(postgres.url(TEMPLATE), redis.endpoint, wanted, given.rounds))


if __name__ == "__main__":
    main()
