"""Promise 7: SIGTERM ends a worker within 15 s and makes no unknown; switched off, it claims and loses nothing."""

from __future__ import annotations

import asyncio

import pytest

from services.runtime.settings import Settings
from tests.promises.audit import arrivals
from tests.promises.books import disagreements
from tests.promises.creators import Creators
from tests.promises.stage import LONG, PATIENCE, open_stage
from tests.waiting import eventually

pytestmark = pytest.mark.timeout(PATIENCE)

OUT_WITHIN_SECONDS = 15
CREATORS, EACH, CALL_SECONDS = 6, 4, 0.8


async def test_a_worker_told_to_stop_finishes_its_calls_and_leaves(quick: Settings) -> None:
    patient = quick.model_copy(update={"platform_timeout_seconds": 5.0, "worker_lease_seconds": 7.0})
    async with open_stage(patient, workers=2) as stage:
        creators = await Creators.make(stage, CREATORS, EACH)
        await stage.sandbox.fault("delay", seconds=CALL_SECONDS, count=CREATORS)
        written = await creators.queued(EACH)
        first, second = stage.workers
        await first.start()
        await eventually(lambda: stage.arrived(CREATORS), LONG, "calls under way")
        first.terminate()
        async with asyncio.timeout(OUT_WITHIN_SECONDS):
            assert await first.ended() == 0
        # Nothing is left half done: no slot is held, and what was under way has ended as sent.
        assert await stage.books.value("SELECT count(*) FROM attempts WHERE state <> 'done'") == 0
        assert await stage.books.count("SENDING", "UNKNOWN") == 0
        assert CREATORS <= await stage.books.count("SENT") < len(written)
        await second.start()
        await stage.books.all_ended(len(written))

        assert set((await stage.books.statuses()).values()) == {"SENT"}
        assert disagreements(await stage.books.statuses(), arrivals(await stage.sandbox.arrivals())) == []
        assert await stage.books.value("SELECT count(*) FROM attempts") == len(written)


async def test_switched_off_at_a_restart_nothing_is_claimed_and_nothing_lost(quick: Settings) -> None:
    async with open_stage(quick) as stage:
        creators = await Creators.make(stage, 2, EACH)
        written = await creators.queued(EACH)
        off = stage.worker(rate_limiter_enabled=False)
        await off.start()
        # It lives and sweeps, and lets the messages lie.
        await eventually(lambda: stage.books.any("SELECT 1 FROM worker_heartbeats"), LONG, "the worker")
        beat = await stage.books.value("SELECT beat_at FROM worker_heartbeats")
        later = "SELECT 1 FROM worker_heartbeats WHERE beat_at > $1"
        await eventually(lambda: stage.books.any(later, beat), LONG, "another heartbeat")
        assert await stage.books.value("SELECT count(*) FROM attempts") == 0
        assert await stage.sandbox.arrivals() == []
        off.terminate()
        assert await off.ended() == 0
        assert await stage.books.count("QUEUED") == len(written)
        await stage.worker().start()
        await eventually(lambda: stage.all_sent(written), LONG, "what had waited")

        assert disagreements(await stage.books.statuses(), arrivals(await stage.sandbox.arrivals())) == []
