"""The events of one owner inside this process, read once for everybody who watches them here."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from db.engine import Database
from db.models import LiveEvent
from db.queries import live_events

log = structlog.get_logger(service="live")

BATCH = 200


class TooSlow(Exception):
    """The subscriber did not take its events in time; it should come back with its last cursor."""


class Subscriber:
    """A bounded queue of at most `length` events, in sequence."""

    def __init__(self, length: int) -> None:
        self._queue: asyncio.Queue[LiveEvent | None] = asyncio.Queue(length + 1)
        self._length = length

    def put(self, event: LiveEvent) -> bool:
        """False: it is full, and was ended."""
        if self._queue.qsize() < self._length:
            self._queue.put_nowait(event)
            return True
        self._queue.put_nowait(None)
        return False

    async def events(self) -> AsyncIterator[LiveEvent]:
        """Every event put, in order. Raises TooSlow once the queue has overflowed and is drained."""
        while (event := await self._queue.get()) is not None:
            yield event
        raise TooSlow


class Feed:
    """The events of one owner, for those who watch them here."""

    def __init__(
        self, database: Database, owner: UUID, sequence: int, read_again_seconds: float, reconnect_seconds: float
    ) -> None:
        self.subscribers: set[Subscriber] = set()
        self.sequence = sequence
        self._database = database
        self._owner = owner
        self._read_again_seconds = read_again_seconds
        self._reconnect_seconds = reconnect_seconds
        self._woken = asyncio.Event()
        # What was announced between reading `sequence` and now found nobody to wake.
        self._woken.set()

    def wake(self) -> None:
        self._woken.set()

    async def run(self) -> None:
        """Read and hand out until cancelled."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), self._read_again_seconds)
            self._woken.clear()
            try:
                await self._read()
            except (SQLAlchemyError, OSError, TimeoutError) as error:
                log.warning("feed_read_failed", action="read", userId=str(self._owner), error=type(error).__name__)
                await asyncio.sleep(self._reconnect_seconds)
                self.wake()

    async def _read(self) -> None:
        while True:
            async with self._database.reads() as session:
                events = await live_events.after(session, self._owner, self.sequence, BATCH)
            self._hand_out(events)
            if len(events) < BATCH:
                return

    def _hand_out(self, events: Sequence[LiveEvent]) -> None:
        for event in events:
            self.subscribers -= {each for each in self.subscribers if not each.put(event)}
            self.sequence = event.sequence
