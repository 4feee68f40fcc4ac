"""The loop of imports: one at a time in each worker, while the senders go on."""

from __future__ import annotations

import asyncio

from services.fans.imports.importer import Importer
from services.workers.supervise import Bell


class Importing:
    """`look_every_seconds`: how soon an import is found whose wake-up got lost, or whose worker died."""

    def __init__(self, importer: Importer, bell: Bell, stopping: asyncio.Event, look_every_seconds: float) -> None:
        self._importer = importer
        self._bell = bell
        self._stopping = stopping
        self._look_every_seconds = look_every_seconds

    async def step(self) -> None:
        """Carry on with an import for a while, or wait until there may be one."""
        if not await self._importer.work_next(self._stopping.is_set):
            await self._bell.wait(self._look_every_seconds)
