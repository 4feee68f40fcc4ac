"""The loop that looks for messages of unknown outcome; apart from the sweeper, which must not wait for a platform."""

from __future__ import annotations

import asyncio

from services.sending.read_back import Reconciler
from services.workers.supervise import wait_or_stop


class Reconciling:
    def __init__(self, reconciler: Reconciler, stopping: asyncio.Event, every_seconds: float) -> None:
        self._reconciler = reconciler
        self._stopping = stopping
        self._every_seconds = every_seconds

    async def step(self) -> None:
        """One round, and the next at once while there was something to look for."""
        if not await self._reconciler.look():
            await wait_or_stop(self._stopping, self._every_seconds)
