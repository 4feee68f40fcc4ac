"""Work that goes on after a response: at most so much of it, and none after the end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine

log = logging.getLogger(__name__)


class Background:
    """Keeps its tasks until they end; `close` cancels what is left."""

    def __init__(self, limit: int = 20_000) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._limit = limit

    def start(self, work: Coroutine[None, None, None]) -> None:
        if len(self._tasks) >= self._limit:
            work.close()
            log.warning("too much is waiting in the sandbox; an event is dropped")
            return
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def close(self) -> None:
        for task in (waiting := list(self._tasks)):
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("work of the sandbox failed: %s", type(error).__name__)
