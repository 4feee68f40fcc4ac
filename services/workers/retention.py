"""Keep tables small: remove what nobody will ask for any more, in steps so small that nobody waits for them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from db.engine import WriteSession
from db.queries import retention
from db.unit_of_work import Transactions
from services.pacing.limit import Limit
from services.runtime.settings import Settings
from services.workers.supervise import wait_or_stop

log = structlog.get_logger(service="worker")

BATCH = 500
PAUSE_SECONDS = 0.05
"""Between two steps: removing takes no more than a part of what the database can do."""

Remove = Callable[[WriteSession, timedelta, int], Awaitable[int]]


class Retention:
    """Rounds of removing. Of several workers one removes at a time; another passes by."""

    def __init__(
        self, transactions: Transactions, settings: Settings, limit: Limit, stopping: asyncio.Event, batch: int = BATCH
    ) -> None:
        self._transactions = transactions
        self._stopping = stopping
        self._batch = batch
        self._pause_seconds = settings.retention_pause_seconds
        # Whatever is set, an attempt that still counts for the limit stays.
        self._attempts = max(timedelta(days=settings.retention_attempts_days), limit.memory * 2)
        self._others: tuple[tuple[str, Remove, timedelta], ...] = (
            ("live_events", retention.live_events, timedelta(hours=settings.retention_live_events_hours)),
            ("webhook_deliveries", retention.webhook_deliveries, timedelta(days=settings.retention_webhooks_days)),
            ("idempotency_keys", retention.idempotency_keys, timedelta(days=settings.retention_idempotency_keys_days)),
        )

    async def step(self) -> None:
        await self.round()
        await wait_or_stop(self._stopping, self._pause_seconds)

    async def round(self) -> dict[str, int]:
        """Remove everything that is too old now, or what there is time for before the worker stops. Gives counts."""
        removed = {"attempts": await self._remove_attempts()}
        for table, remove, kept in self._others:
            removed[table] = await self._remove(remove, kept)
        if any(removed.values()):
            log.info("old_rows_removed", action="retention", **removed)
        return removed

    async def _remove_attempts(self) -> int:
        """Passes over those that stay, and over each of them once."""
        removed, place = 0, None
        while not self._stopping.is_set():
            async with self._transactions() as work:
                if not await retention.is_mine(work.session):
                    break
                count, place = await retention.attempts(work.session, self._attempts, self._batch, place)
            removed += count
            if place is None:
                break
            await wait_or_stop(self._stopping, PAUSE_SECONDS)
        return removed

    async def _remove(self, remove: Remove, kept: timedelta) -> int:
        removed = 0
        while not self._stopping.is_set():
            async with self._transactions() as work:
                if not await retention.is_mine(work.session):
                    break
                count = await remove(work.session, kept, self._batch)
            removed += count
            if count < self._batch:
                break
            await wait_or_stop(self._stopping, PAUSE_SECONDS)
        return removed
