"""An owner's live inbox: first what was missed, then what happens, in order and once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import UUID

from services.live.cursor import Cursor, is_foreign
from services.live.feed import Feed, Place
from services.live.hub import Hub
from services.live.reading import Filter, Item, Pace, Reading
from services.runtime.clock import Clock


class Inbox:
    """Opens live inboxes."""

    def __init__(self, hub: Hub, clock: Clock, pace: Pace | None = None) -> None:
        self._hub = hub
        self._clock = clock
        self._pace = pace or Pace()

    async def cursor(self, owner: UUID) -> Cursor:
        """Where the owner's inbox stands now."""
        position = await self._hub.position(owner)
        return Cursor(position.epoch, position.sequence)

    @asynccontextmanager
    async def reading(
        self, owner: UUID, after: Cursor | None, wanted: Filter, pace: Pace | None = None
    ) -> AsyncIterator[Reading]:
        """Subscribed first, so that nothing falls between what is read now and what is told later."""
        async with self._hub.watching(owner) as feed:
            begin = await self._begin(owner, feed, after)
            yield Reading(feed, begin, wanted, self._clock, pace or self._pace)

    @asynccontextmanager
    async def unhurried(self, owner: UUID, wanted: Filter) -> AsyncIterator[Reading]:
        """From now on, and never too slow: for one who tells others."""
        async with self.reading(owner, None, wanted, replace(self._pace, most_behind=None)) as reading:
            yield reading

    async def open(self, owner: UUID, after: Cursor | None, wanted: Filter) -> AsyncIterator[Item]:
        """Item by item, without end. Raises TooSlow, and what the database raises."""
        async with self.reading(owner, after, wanted) as reading:
            while True:
                for item in (items := await reading.items()):
                    yield item
                if not items:
                    await reading.more()

    async def _begin(self, owner: UUID, feed: Feed, after: Cursor | None) -> Place:
        if after is None:
            return feed.place
        if after.epoch == feed.epoch and after.sequence > feed.sequence:
            # It may be younger than what was read here.
            known, position = feed.sequence, await self._hub.position(owner)
            feed.found(position, known)
            if not is_foreign(after, position.epoch, position.sequence):
                return Place(feed.breaks, after.sequence)
        elif after.epoch == feed.epoch:
            return Place(feed.breaks, after.sequence)
        # Of another log than the present one: the first thing to be told is a resync.
        return Place(feed.breaks - 1, after.sequence)
