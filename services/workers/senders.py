"""The senders: each claims a message, delivers it, and claims the next; a watch rings when a lane becomes due."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

from db.engine import Database
from db.queries import lanes
from services.monitoring.metrics import Metric, Metrics
from services.runtime.resources import Resources
from services.sending.claim import Claim, Claimer
from services.sending.deliver import Deliverer
from services.sending.record import Recorder
from services.sending.reservation import LONGEST_SECONDS, Reservations
from services.workers.supervise import Bell, wait_or_stop

LOOK_EVERY_SECONDS = 0.5
"""Another worker may have made a lane due: that is found within so long."""
SHORTEST_WAIT_SECONDS = 0.02


class Delivery:
    """One message after the other, from the claim to the record; the long-running worker and the Lambda share it."""

    def __init__(self, claimer: Claimer, deliverer: Deliverer, recorder: Recorder, metrics: Metrics) -> None:
        self.claim = claimer.next
        self.give_back = recorder.give_back
        self._deliverer = deliverer
        self._metrics = metrics

    async def deliver(self, claim: Claim) -> None:
        """Bring a claimed message to its platform and take the time."""
        with self._metrics.timed(Metric.PROCESSING_TIME):
            await self._deliverer.deliver(claim)


def longest_preparation() -> float:
    """In seconds, where nothing but patience ends."""
    return LONGEST_SECONDS


def build_delivery(
    resources: Resources,
    worker: str,
    stopping: Callable[[], bool],
    seconds_to_prepare: Callable[[], float] = longest_preparation,
) -> Delivery:
    """For the worker of this name. `stopping`: from now on no request may leave."""
    settings = resources.settings
    recorder = Recorder(resources.transactions, resources.progress, resources.limit.min_gap, resources.clock)
    lease = timedelta(seconds=settings.worker_lease_seconds)
    deliverer = Deliverer(
        resources.transactions,
        resources.adapters,
        resources.vault,
        recorder,
        Reservations(resources.transactions, lease, resources.clock, seconds_to_prepare),
        resources.clock,
        settings.platform_timeout_seconds,
        stopping,
    )
    claimer = Claimer(resources.transactions, resources.limit, lease, worker)
    return Delivery(claimer, deliverer, recorder, resources.metrics)


class Senders:
    def __init__(self, database: Database, delivery: Delivery, bell: Bell, stopping: asyncio.Event) -> None:
        self._database = database
        self._delivery = delivery
        self._bell = bell
        self._stopping = stopping

    async def step(self) -> None:
        """Send one message, or wait until there may be one."""
        found = await self._delivery.claim()
        if isinstance(found, Claim):
            await self._delivery.deliver(found)
        elif not found:
            await self._bell.wait(LOOK_EVERY_SECONDS * 10)

    async def watch(self) -> None:
        """Ring when the next lane is due. While everybody is busy nobody needs to be told."""
        if self._bell.rung:
            await wait_or_stop(self._stopping, SHORTEST_WAIT_SECONDS)
            return
        async with self._database.reads() as session:
            seconds = await lanes.seconds_until_next(session)
        if seconds is not None and seconds <= 0:
            self._bell.ring()
            await wait_or_stop(self._stopping, SHORTEST_WAIT_SECONDS)
            return
        wait = LOOK_EVERY_SECONDS if seconds is None else min(seconds, LOOK_EVERY_SECONDS)
        await wait_or_stop(self._stopping, max(wait, SHORTEST_WAIT_SECONDS))
