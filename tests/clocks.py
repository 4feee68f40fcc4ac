"""A clock that stands still until it is moved, for what waits by the clock it was handed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

BEGINNING = datetime(2026, 11, 21, 12, tzinfo=UTC)


class ManualClock:
    """`waiting`: how many sleep."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    @property
    def waiting(self) -> int:
        return sum(not future.done() for _, future in self._sleepers)

    def now(self) -> datetime:
        return BEGINNING + timedelta(seconds=self._seconds)

    def monotonic(self) -> float:
        return self._seconds

    async def sleep(self, seconds: float) -> None:
        future = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._seconds + seconds, future))
        await future

    async def advance(self, seconds: float) -> None:
        """Wakes whoever's time has come, and lets them run."""
        self._seconds += seconds
        for moment, future in self._sleepers:
            if moment <= self._seconds and not future.done():
                future.set_result(None)
        self._sleepers = [each for each in self._sleepers if not each[1].done()]
        await asyncio.sleep(0)
