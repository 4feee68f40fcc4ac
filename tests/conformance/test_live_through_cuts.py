"""A thousand events while clients, Redis and API processes are cut: in the end all clients know what the database does.

LIVE_SEED chooses another course of things, LIVE_EVENTS how many.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random
from typing import Any

import pytest

from services.devstack.redis import EmbeddedRedis
from services.live.cursor import Cursor
from services.runtime.resources import open_resources
from services.runtime.settings import Settings
from tests.conformance import writing
from tests.conformance.cuts import Cuts
from tests.conformance.guide import watch_inbox
from tests.conformance.node import Script, script
from tests.flows.graphql_client import token_for
from tests.parts import running_redis
from tests.waiting import eventually

SEED = int(os.environ.get("LIVE_SEED", "5"))
EVENTS = int(os.environ.get("LIVE_EVENTS", "1000"))
CUTS = 20
CLIENTS = 3
QUERY = """subscription Inbox($after: String) { inboxEvents(after: $after) { __typename cursor
  ... on MessageAdded { message { id version text status priceCents } }
  ... on MessageUpdated { status message { id version text status priceCents } }
  ... on MessageRemoved { messageId conversation { id version unreadCount awaitingReply lastMessage { id } } }
  ... on ConversationUpdated { conversation { id version unreadCount awaitingReply lastMessage { id } } }
  ... on FanUpdated { fan { id version name } }
  ... on PaymentReceived { kind amountCents fan { id version name }
    unlockedMessage { id version text status priceCents } }
  ... on FanDeleted { fanId conversationId } } }"""


def numbers(cursors: list[str]) -> list[int]:
    return [Cursor.parse(cursor).sequence for cursor in cursors]


async def asked(client: Script, question: str) -> list[Any]:
    await client.ask(question)
    clients: list[Any] = (await client.until(question, 30))["clients"]
    return clients


def known(client: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Its state as the database tells it: without what ids and types repeat, and without the versions of messages.

    Reading a conversation changes the versions of its messages, which is told by the conversation alone.
    """
    return {
        "fans": {key: _without(each, "id") for key, each in client["fans"].items()},
        "conversations": {key: _without(each, "id") for key, each in client["conversations"].items()},
        "messages": {key: _without(each, "id", "version") for key, each in client["messages"].items()},
        "payments": client["payments"],
    }


def _without(value: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: each for name, each in value.items() if name not in names}


async def write(work: writing.Work, cuts: Cuts) -> int:
    """Until there were enough events; one API process is killed half way. Gives the last event's number."""
    killing: asyncio.Task[None] | None = None
    sequence = 0
    while sequence < EVENTS:
        for _ in range(5):
            await work.one()
        sequence = await work.sequence()
        while len(cuts.done) < CUTS * sequence / EVENTS:
            await cuts.one()
        if killing is None and sequence > EVENTS / 2:
            killing = asyncio.create_task(cuts.kill_an_api())
    if killing:
        await killing
    await work.incoming()  # a last event that all must be told of
    return await work.sequence()


@pytest.fixture
def mortal_redis() -> Iterator[EmbeddedRedis]:
    with running_redis() as server:
        yield server


@pytest.mark.timeout(300)  # twenty seconds, where nobody else works
async def test_clients_end_with_what_is_in_the_database(
    settings: Settings, mortal_redis: EmbeddedRedis, tmp_path: Path
) -> None:
    chance, log = Random(SEED), tmp_path / "api.log"
    settings = settings.model_copy(update={"redis_endpoint": mortal_redis.endpoint})
    async with open_resources(settings, "huntaze-test") as resources, AsyncExitStack() as stack:
        cuts = Cuts(chance, settings, mortal_redis, log, stack)
        work, _ = await asyncio.gather(writing.begin(resources, chance), cuts.start(CLIENTS))
        assert settings.jwt_secret is not None
        given = {
            "GUIDE": str(watch_inbox(tmp_path, QUERY)),
            "URLS": json.dumps([f"ws://127.0.0.1:{line.port}/graphql" for line in cuts.lines]),
            "TOKEN": token_for(settings.jwt_secret.get_secret_value(), "mia"),
            "CURSOR": str(Cursor((await work.epoch()), 0)),
        }
        async with script("inbox_state.mjs", given) as client:
            await client.until("begun")
            last = await write(work, cuts)

            async def all_there() -> bool:
                return all(place and numbers([place]) == [last] for place in await asked(client, "places"))

            await eventually(all_there, 60, f"all {last} events")
            clients = await asked(client, "report")
        expected, untold = await asyncio.gather(
            writing.stored(resources, work.owner), writing.untold(resources, work.owner)
        )

    assert len(cuts.done) >= CUTS
    assert [line for line in log.read_text().splitlines() if '"level": "error"' in line or "Traceback" in line] == []
    for each in clients:
        assert (each["ended"], each["refetched"]) == (None, 0)
        told = numbers(each["cursors"])
        assert told == sorted(set(told))
        assert set(range(1, last + 1)) - set(told) <= untold
        assert known(each) == expected
        assert len(each["removed"]) == len(set(each["removed"])) > 10
    assert all(expected.values())
    assert {payment["kind"] for payment in expected["payments"].values()} == {"TIP", "UNLOCK"}
