"""The log of one owner as far as this process has read it: read once, for everybody who watches it here."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from db.engine import Database
from db.models import LiveEvent
from db.queries import live_events, live_objects
from db.queries.live_events import Position
from db.queries.live_objects import Objects
from services.monitoring.logs import traced
from services.runtime.clock import Clock

log = structlog.get_logger(service="live")

BATCH = 200
FEW = 25
"""Events that are read together with their objects. Where more happens at once, objects are read for many events."""
AT_HAND = 1000
"""The most events a feed keeps, for those who are a little behind."""


class Gap(Exception):
    """What follows a position can no longer be told in full: events were removed, or the database was restored."""


class Place(NamedTuple):
    """Everything up to `sequence` was told. After a break of the log numbers may begin anew, and places still grow."""

    breaks: int
    sequence: int


NOWHERE = Place(-1, 0)


@dataclass(frozen=True, slots=True)
class Sight:
    """When the log was read last, by a monotonic clock: what was committed after `ended` was not seen.

    `objects`: of its last events, read in the same moment as the log, which was not before `begun`; and so they are as
    everything up to `through` left them.
    """

    begun: float
    ended: float
    objects: Objects | None = None
    through: Place = NOWHERE


class Feed:
    """`sequence`: everything up to it was read. `breaks`: how often the log did not go on where it had ended."""

    def __init__(
        self,
        database: Database,
        owner: UUID,
        position: Position,
        turns: asyncio.Semaphore,
        clock: Clock,
        retry_seconds: float,
    ) -> None:
        self.watchers = 0
        self.epoch = position.epoch
        self.sequence = position.sequence
        self.breaks = 0
        self.sight = Sight(clock.monotonic(), clock.monotonic())
        self._database = database
        self._owner = owner
        self._turns = turns
        self._clock = clock
        self._retry_seconds = retry_seconds
        self._at_hand: deque[LiveEvent] = deque(maxlen=AT_HAND)
        self._aging = position.sequence
        self._news = asyncio.Event()
        self._behind = asyncio.Lock()
        self._woken = asyncio.Event()
        # What was announced between reading `position` and now found nobody to wake.
        self._woken.set()

    @property
    def place(self) -> Place:
        return Place(self.breaks, self.sequence)

    def wake(self) -> None:
        self._woken.set()

    def news(self) -> Coroutine[Any, Any, bool]:
        """Until something was read, or the log broke, after this call: it may be awaited later, by another task."""
        return self._news.wait()

    async def run(self) -> None:
        """Read whenever woken, until cancelled."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            try:
                await self._read_on()
            except (SQLAlchemyError, OSError, TimeoutError) as error:
                log.warning("feed_read_failed", action="read", userId=str(self._owner), error=type(error).__name__)
            except Exception as error:
                # The driver has errors of its own; an inbox must not stay silent for any of them.
                log.error("feed_read_failed", action="read", userId=str(self._owner), **traced(error))
            else:
                continue
            await asyncio.sleep(self._retry_seconds)
            self.wake()

    async def after(self, sequence: int) -> Sequence[LiveEvent]:
        """The next events after a number that is behind, at least one. Raises Gap, and what the database raises."""
        async with self._behind:
            if (kept := self._kept_after(sequence)) is None:
                kept = await self._read(sequence)
                self._keep_before(kept)
        if not kept or kept[0].sequence != sequence + 1:
            raise Gap
        return kept

    def found(self, position: Position, known: int) -> None:
        """Where the log stands in the database; this feed was at `known` when that was read."""
        if position.epoch != self.epoch or position.sequence < known:
            log.warning("log_restored", action="read", userId=str(self._owner))
            self._break(position)
        elif position.sequence > self.sequence:
            self.wake()

    def forget(self) -> None:
        """Let go of what was at hand before the last call."""
        while self._at_hand and self._at_hand[0].sequence <= self._aging:
            self._at_hand.popleft()
        self._aging = self.sequence

    async def _read_on(self) -> None:
        events, most = await self._read_few(), FEW
        while events:
            self._take(events)
            if len(events) < most:
                return
            events, most = await self._read(self.sequence), BATCH

    async def _read_few(self) -> Sequence[LiveEvent]:
        async with self._turns, self._database.reads() as session:
            begun = self._clock.monotonic()
            events, objects = await live_objects.after_with_objects(session, self._owner, self.sequence, FEW)
        if events and len(events) < FEW:
            self.sight = Sight(begun, self._clock.monotonic(), objects, Place(self.breaks, events[-1].sequence))
        else:
            self.sight = Sight(begun, self._clock.monotonic())
        return events

    async def _read(self, sequence: int) -> Sequence[LiveEvent]:
        async with self._turns, self._database.reads() as session:
            begun = self._clock.monotonic()
            events = await live_events.after(session, self._owner, sequence, BATCH)
        self.sight = Sight(begun, self._clock.monotonic())
        return events

    def _take(self, events: Sequence[LiveEvent]) -> None:
        if events[0].sequence != self.sequence + 1:
            self._break(Position(self.epoch, events[0].sequence - 1))
        self._at_hand.extend(events)
        self.sequence = events[-1].sequence
        self._tell()

    def _break(self, position: Position) -> None:
        self.breaks += 1
        self.epoch, self.sequence = position.epoch, position.sequence
        self._at_hand.clear()
        self._tell()

    def _tell(self) -> None:
        told, self._news = self._news, asyncio.Event()
        told.set()

    def _kept_after(self, sequence: int) -> Sequence[LiveEvent] | None:
        """None where they are not, or not all, at hand."""
        if not self._at_hand or self._at_hand[0].sequence > sequence + 1:
            return None
        begin = sequence + 1 - self._at_hand[0].sequence
        return list(islice(self._at_hand, begin, begin + BATCH))

    def _keep_before(self, events: Sequence[LiveEvent]) -> None:
        """Many come back at once after a restart, and want the same."""
        first = self._at_hand[0].sequence if self._at_hand else self.sequence + 1
        fitting = [event for event in events if event.sequence < first]
        if fitting and fitting[-1].sequence == first - 1 and len(self._at_hand) + len(fitting) <= AT_HAND:
            self._at_hand.extendleft(reversed(fitting))
