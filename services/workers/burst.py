"""Send what may be sent now, by several senders side by side, and stop in time: what a worker does in a Lambda."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Set
from uuid import UUID

import structlog

from db.engine import Database
from db.queries import wake_ups
from db.queries.wake_ups import LaneWait
from services.monitoring.logs import traced
from services.monitoring.metrics import Metric, Metrics
from services.sending.claim import Claim
from services.workers.deadline import Deadline
from services.workers.patience import worth_waiting
from services.workers.senders import Delivery

log = structlog.get_logger(service="worker")

AFTER_DUE_SECONDS = 0.02
"""A lane is looked at just after its time; one that is in other hands at this moment, a little later."""


class Burst:
    """`senders`: how many messages are sent at the same time."""

    def __init__(
        self, database: Database, delivery: Delivery, deadline: Deadline, metrics: Metrics, senders: int
    ) -> None:
        self._database = database
        self._delivery = delivery
        self._deadline = deadline
        self._metrics = metrics
        self._senders = senders

    async def run(self, accounts: Mapping[UUID, Set[UUID]]) -> None:
        """Send until no lane is due. `accounts`, by owner: those whose lanes are waited for where no wake-up helps."""
        while True:
            await self._send()
            wait = worth_waiting(await self._waits(accounts), self._deadline.seconds_to_claim)
            if wait is None:
                return
            await asyncio.sleep(wait + AFTER_DUE_SECONDS)

    async def _waits(self, accounts: Mapping[UUID, Set[UUID]]) -> list[LaneWait]:
        async with self._database.reads() as session:
            found = [await wake_ups.waits(session, owner, list(ids)) for owner, ids in accounts.items()]
        return [lane for lanes in found for lane in lanes]

    async def _send(self) -> None:
        """Whoever still runs when the time is over is stopped: by then it can only be preparing a request."""
        senders = [asyncio.create_task(self._sender(), name=f"send-{number}") for number in range(self._senders)]
        _, unfinished = await asyncio.wait(senders, timeout=max(self._deadline.seconds_to_work, 0))
        for sender in unfinished:
            log.warning("sender_cut_off", action="send", sender=sender.get_name())
            sender.cancel()
        for outcome in await asyncio.gather(*senders, return_exceptions=True):
            if isinstance(outcome, Exception):
                self._metrics.count(Metric.CONSUMER_ERRORS)
                log.error("sender_failed", action="send", **traced(outcome))

    async def _sender(self) -> None:
        while self._deadline.seconds_to_claim > 0:
            found = await self._delivery.claim()
            if isinstance(found, Claim):
                await self._deliver(found)
            elif not found:
                return

    async def _deliver(self, claim: Claim) -> None:
        try:
            await self._delivery.deliver(claim)
        except asyncio.CancelledError:
            # Only a slot that was never used goes back; the last seconds are kept for this.
            await self._delivery.give_back(claim)
            raise
