"""What a worker does beside sending: sweep up after crashes, and say that it lives."""

from __future__ import annotations

import asyncio

from db.queries import webhook_deliveries, worker_heartbeats
from db.unit_of_work import Transactions
from services.campaigns.schedule import Schedule
from services.fans.imports.housekeeping import tidy as tidy_imports
from services.sending.sweep import Sweeper
from services.webhooks.work import WebhookWorker
from services.workers.supervise import Bell, wait_or_stop

BEAT_EVERY_SECONDS = 5.0
WEBHOOK_PATIENCE_SECONDS = 10.0
"""A journalled webhook that nobody worked on for so long has lost its wake-up."""
BATCH = 100


class Chores:
    def __init__(
        self,
        transactions: Transactions,
        sweeper: Sweeper,
        webhooks: WebhookWorker,
        schedule: Schedule,
        bell: Bell,
        stopping: asyncio.Event,
        worker: str,
        sweep_every_seconds: float,
    ) -> None:
        self._transactions = transactions
        self._sweeper = sweeper
        self._webhooks = webhooks
        self._schedule = schedule
        self._bell = bell
        self._stopping = stopping
        self._worker = worker
        self._sweep_every_seconds = sweep_every_seconds

    async def beat(self) -> None:
        async with self._transactions() as work:
            await worker_heartbeats.beat(work.session, self._worker)
        await wait_or_stop(self._stopping, BEAT_EVERY_SECONDS)

    async def sweep(self) -> None:
        await self.sweep_once()
        await wait_or_stop(self._stopping, self._sweep_every_seconds)

    async def sweep_once(self) -> None:
        """One round. It rings where something may be sent now."""
        if await self._sweeper.sweep() + await self._schedule.run():
            self._bell.ring()
        await self._forgotten_webhooks()
        await tidy_imports(self._transactions)

    async def _forgotten_webhooks(self) -> None:
        async with self._transactions() as work:
            rows = await webhook_deliveries.nobody_worked_on(work.session, WEBHOOK_PATIENCE_SECONDS, BATCH)
        for owner, delivery_id in rows:
            await self._webhooks.work_on(owner, delivery_id)

    async def leave(self) -> None:
        """Take the heartbeat back, so that health does not wait for it to grow old."""
        async with self._transactions() as work:
            await worker_heartbeats.leave(work.session, self._worker)
