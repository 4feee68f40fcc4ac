"""Keep a loop running: one supervisor for each, so that the failure of one never cancels another in mid-write."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import structlog

from services.monitoring.logs import traced

log = structlog.get_logger(service="worker")

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 5.0


class Bell:
    """Wakes everybody who waits for work."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    @property
    def rung(self) -> bool:
        """It rang, and everybody is still busy."""
        return self._event.is_set()

    def ring(self) -> None:
        self._event.set()

    async def wait(self, seconds: float) -> None:
        """Until it rings, or for so long."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), seconds)
        self._event.clear()


def _nobody_counts() -> None: ...


async def keep_running(
    name: str,
    step: Callable[[], Awaitable[None]],
    stopping: asyncio.Event,
    failed: Callable[[], None] = _nobody_counts,
) -> None:
    """Repeat `step` until told to stop; after a failure say so, pause (longer each time), and go on."""
    pause = FIRST_PAUSE_SECONDS
    while not stopping.is_set():
        try:
            await step()
            pause = FIRST_PAUSE_SECONDS
        except Exception as error:
            failed()
            log.error("loop_failed", action=name, pauseSeconds=pause, **traced(error))
            await wait_or_stop(stopping, pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)


async def wait_or_stop(stopping: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), seconds)
