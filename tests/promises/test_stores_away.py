"""Promise 6: without Redis sending goes on and inboxes are whole again after it; without PostgreSQL nothing is sent."""

from __future__ import annotations

import asyncio
import re

import pytest

from services.runtime.settings import Settings
from tests.flows.product import INBOX
from tests.promises.audit import arrivals, most_in_a_window
from tests.promises.books import disagreements
from tests.promises.creators import Creators
from tests.promises.stage import LONG, PATIENCE, Stage, open_stage
from tests.promises.stores import MortalPostgres, MortalRedis
from tests.waiting import eventually

pytestmark = pytest.mark.timeout(PATIENCE)
EACH = 12
MORE = 30
"""So many that some still wait when PostgreSQL stops, however busy the machine is."""


async def test_without_redis_the_limit_holds_sending_goes_on_and_the_inbox_is_whole_afterwards(
    quick: Settings, mortal_redis: MortalRedis
) -> None:
    async with open_stage(mortal_redis.settings(quick), workers=2) as stage:
        creators = await Creators.make(stage, 1, EACH)
        [creator] = creators.each
        await asyncio.gather(stage.start_api(), *(worker.start() for worker in stage.workers))
        async with stage.client(creator.subject).subscribe(INBOX) as inbox:
            await inbox.until("InboxReady", LONG)
            mortal_redis.kill()
            written = await creators.queued(EACH)
            await eventually(lambda: stage.all_sent(written), LONG, "everything sent without Redis")
            await mortal_redis.start()
            [last] = await creators.queued(1)
            for _ in range(EACH + 1):
                await inbox.until("MessageUpdated", LONG, status="SENT")
        assert await stage.all_sent([last])
        cursors = [event["cursor"] for event in inbox.events]
        assert len(cursors) == len(set(cursors))
        seen = arrivals(await stage.sandbox.arrivals())
        assert most_in_a_window(seen, quick.rate_limit_window_seconds) <= quick.rate_limit_messages
        assert disagreements(await stage.books.statuses(), seen) == []


async def test_without_postgres_nothing_is_sent_and_sending_goes_on_afterwards(
    quick: Settings, mortal_postgres: MortalPostgres
) -> None:
    """One call is under way when the database dies; what the platform answered is kept until it is back."""
    patient = quick.model_copy(update={"platform_timeout_seconds": 5.0, "worker_lease_seconds": 7.0})
    async with open_stage(mortal_postgres.settings(patient), workers=2) as stage:
        creators = await Creators.make(stage, 2, MORE)
        await stage.sandbox.fault("delay", seconds=1)
        written = await creators.queued(MORE)
        await asyncio.gather(*(worker.start() for worker in stage.workers))
        await eventually(lambda: stage.arrived(3), LONG, "sending under way")
        await mortal_postgres.stop()
        # Whoever had marked a message before writes its request within 2 s, or gives it up.
        await eventually(lambda: _complained(stage, 5), LONG, "complaints for 3 s")
        before = len(await stage.sandbox.arrivals())
        await eventually(lambda: _complained(stage, 6), LONG, "complaints for 3 s more")
        assert len(await stage.sandbox.arrivals()) == before < len(written)
        await mortal_postgres.start()
        # Those whose lease has ended meanwhile are unknown until the answer that was kept is stored.
        await eventually(lambda: stage.all_sent(written), LONG, "everything")

        seen = arrivals(await stage.sandbox.arrivals())
        assert disagreements(await stage.books.statuses(), seen) == []
        assert set((await stage.books.statuses()).values()) == {"SENT"}
        assert most_in_a_window(seen, quick.rate_limit_window_seconds) <= quick.rate_limit_messages


def _complained(stage: Stage, times: int) -> bool:
    """Each worker has looked for a lane so often in vain; its pauses double from 0.2 s on."""
    return all(len(re.findall('"action": "watch".*loop_failed', worker.said())) >= times for worker in stage.workers)
