"""Promise 8: a client that is cut off again and again, Redis too, gets every event in order and once."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any

import pytest

from services.runtime.settings import Settings
from tests.flows.graphql_client import GraphQLClient
from tests.promises.creators import Creators
from tests.promises.stage import LONG, PATIENCE, open_stage
from tests.promises.stores import MortalRedis

pytestmark = pytest.mark.timeout(PATIENCE)
INBOX = """subscription ($after: String) { inboxEvents(after: $after) { __typename cursor
  ... on MessageUpdated { status message { id } } } }"""
CURSOR = "{ viewer { inboxCursor } }"
EACH, CUTS = 40, 10


async def test_every_event_comes_in_order_and_once_over_many_cuts(quick: Settings, mortal_redis: MortalRedis) -> None:
    fast = {"rate_limit_messages": 1000, "rate_limit_min_gap_seconds": 0.0}
    async with open_stage(mortal_redis.settings(quick.model_copy(update=fast)), workers=1) as stage:
        creators = await Creators.make(stage, 1, EACH)
        [creator], [worker] = creators.each, stage.workers
        await asyncio.gather(stage.start_api(), worker.start())
        client = stage.client(creator.subject)
        cursor = (await client.run(CURSOR))["viewer"]["inboxCursor"]
        await creators.queued(EACH)
        events = await _through_cuts(client, cursor, mortal_redis, Random(3))
        query = """SELECT e.status, m.id::text FROM live_events e JOIN messages m ON m.id = e.message_id
            WHERE e.kind = 'message_updated' ORDER BY e.sequence"""
        written = await stage.books.rows(query)

    assert [event for event in events if event["__typename"] == "ResyncRequired"] == []
    cursors = [event["cursor"] for event in events if event["__typename"] != "InboxReady"]
    assert len(cursors) == len(set(cursors))
    received = [event["status"] for event in events if event["__typename"] == "MessageUpdated"]
    assert received == [status for status, _ in written]
    assert received.count("SENT") == EACH


async def _through_cuts(client: GraphQLClient, cursor: str, redis: MortalRedis, random: Random) -> list[dict[str, Any]]:
    """Subscribe, take a few events, and be cut: by a closed socket, or by a Redis that is killed and comes back."""
    events: list[dict[str, Any]] = []
    for cut in range(CUTS + 1):
        async with client.subscribe(INBOX, {"after": cursor}) as inbox:
            if cut % 3 == 1:
                redis.kill()
                await redis.start()
            wanted = random.randint(2, 6) if cut < CUTS else None
            while wanted is None or wanted > len(inbox.events):
                if wanted is None and sum(event.get("status") == "SENT" for event in events + inbox.events) == EACH:
                    break
                cursor = (await inbox.next(LONG))["cursor"]
        events += inbox.events
    return events
