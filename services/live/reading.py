"""One place in an owner's log that moves on: first what was missed, then what happens, in order and once."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from db.models import LiveEvent
from services.live.cursor import Cursor
from services.live.events import RESYNC_REQUIRED
from services.live.feed import Feed, Gap, Place, Sight
from services.runtime.clock import Clock


class TooSlow(Exception):
    """The subscriber did not take its events in time; it should come back with its last cursor."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which events a subscriber wants; events of no account or conversation concern everybody who narrows neither.

    Whoever has to fetch again has to, however narrow the view.
    """

    conversation_id: UUID | None = None
    account_ids: frozenset[UUID] | None = None
    campaign_messages: bool = True

    def wants(self, event: LiveEvent) -> bool:
        if event.kind == RESYNC_REQUIRED:
            return True
        if self.conversation_id is not None and event.conversation_id != self.conversation_id:
            return False
        if self.account_ids is not None and event.creator_account_id not in self.account_ids:
            return False
        return self.campaign_messages or event.campaign_id is None


@dataclass(frozen=True, slots=True)
class Ready:
    """Everything before this that is wanted was delivered; what follows is live."""

    place: Place
    cursor: Cursor
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Resync:
    """What was missed can no longer be told: fetch again, then go on from here."""

    place: Place
    cursor: Cursor
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Happened:
    """One event; `cursor` stands right after it."""

    place: Place
    cursor: Cursor
    event: LiveEvent


Item = Ready | Resync | Happened


@dataclass(frozen=True, slots=True)
class Pace:
    """How far a subscriber may fall behind once it has caught up, and how old its cursor may grow.

    Where only unwanted events happen, it is given a younger cursor every so often: with an old one it would have to
    fetch everything again, although it has missed nothing.
    """

    most_behind: int | None = 1000
    tell_again_seconds: float = 60.0


class Reading:
    """`place`: everything up to it was given out by `items`, or is not wanted."""

    def __init__(self, feed: Feed, begin: Place, wanted: Filter, clock: Clock, pace: Pace) -> None:
        self.place = begin
        self._feed = feed
        self._wanted = wanted
        self._clock = clock
        self._pace = pace
        self._is_ready = self._was_ready = False
        self._told, self._told_at = begin, clock.monotonic()

    @property
    def sight(self) -> Sight:
        """When the log was read last: what was given out had all been committed by the end of it."""
        return self._feed.sight

    async def items(self) -> Sequence[Item]:
        """What can be told now; nothing at the end of the log. Raises TooSlow, and what the database raises."""
        if self.place.breaks != self._feed.breaks:
            return [self._resync()]
        self._check_pace()
        while self.place.sequence < self._feed.sequence:
            try:
                events = await self._feed.after(self.place.sequence)
            except Gap:
                return [self._resync()]
            wanted = [self._happened(event) for event in events if self._wanted.wants(event)]
            self.place = self.place._replace(sequence=events[-1].sequence)
            if wanted:
                self._note_told(wanted[-1].place)
                return wanted
        return [] if self._is_ready and not self._is_due() else [self._ready()]

    async def more(self) -> None:
        """Until `items` has something to give."""
        while self.place >= self._feed.place and not self._is_due():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._due_in()):
                    await self._feed.news()

    def go_on_from(self, place: Place, *, say_ready: bool) -> None:
        """Somebody else has told everything up to there. `say_ready`: once the rest is told."""
        self.place, self._is_ready = place, not say_ready
        self._note_told(place)

    def _check_pace(self) -> None:
        most = self._pace.most_behind
        if self._was_ready and most is not None and self._feed.sequence - self.place.sequence > most:
            raise TooSlow

    def _due_in(self) -> float | None:
        """Seconds until a younger cursor is due; None where the present one was told."""
        if self.place == self._told:
            return None
        return max(0.0, self._told_at + self._pace.tell_again_seconds - self._clock.monotonic())

    def _is_due(self) -> bool:
        return self._due_in() == 0

    def _happened(self, event: LiveEvent) -> Happened:
        place = self.place._replace(sequence=event.sequence)
        return Happened(place, Cursor(self._feed.epoch, event.sequence), event)

    def _ready(self) -> Ready:
        self._is_ready = self._was_ready = True
        self._note_told(self.place)
        return Ready(self.place, self._cursor(), self._clock.now())

    def _resync(self) -> Resync:
        self.go_on_from(self._feed.place, say_ready=True)
        return Resync(self.place, self._cursor(), self._clock.now())

    def _cursor(self) -> Cursor:
        return Cursor(self._feed.epoch, self.place.sequence)

    def _note_told(self, place: Place) -> None:
        self._told, self._told_at = place, self._clock.monotonic()
