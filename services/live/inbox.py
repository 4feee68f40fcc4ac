"""An owner's live inbox: first what was missed, then what happens, in order and once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from db.engine import Database
from db.models import LiveEvent
from db.queries import live_events
from db.queries.live_events import Position
from services.live.cursor import Cursor, needs_resync
from services.live.hub import Hub
from services.runtime.clock import Clock

BATCH = 200


@dataclass(frozen=True, slots=True)
class Filter:
    """Which events a subscriber wants; events of no account or conversation concern everybody who narrows neither."""

    conversation_id: UUID | None = None
    account_ids: frozenset[UUID] | None = None
    campaign_messages: bool = True

    def wants(self, event: LiveEvent) -> bool:
        if self.conversation_id is not None and event.conversation_id != self.conversation_id:
            return False
        if self.account_ids is not None and event.creator_account_id not in self.account_ids:
            return False
        return self.campaign_messages or event.campaign_id is None


@dataclass(frozen=True, slots=True)
class Ready:
    """Everything before this was delivered; what follows is live."""

    cursor: Cursor
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Resync:
    """What was missed can no longer be told: fetch again, then go on from here."""

    cursor: Cursor
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Happened:
    """One event; `cursor` stands right after it."""

    cursor: Cursor
    event: LiveEvent


class Inbox:
    """Opens live inboxes."""

    def __init__(self, database: Database, hub: Hub, clock: Clock) -> None:
        self._database = database
        self._hub = hub
        self._clock = clock

    async def cursor(self, owner: UUID) -> Cursor:
        """Where the owner's inbox stands now."""
        position = await self._position(owner)
        return Cursor(position.epoch, position.sequence)

    async def open(self, owner: UUID, after: Cursor | None, wanted: Filter) -> AsyncIterator[Ready | Resync | Happened]:
        """Subscribe first, then read what is missing, then go live. Ends by TooSlow, or when closed."""
        async with self._hub.subscribe(owner) as (subscriber, start):
            position = await self._position(owner)
            begin = after
            if after is not None and needs_resync(after, position.epoch, position.sequence, position.oldest):
                begin = Cursor(position.epoch, max(start, position.sequence))
                yield Resync(begin, self._clock.now())
            seen = begin.sequence if begin is not None else start
            # Between reading the sequence and subscribing nothing can fall: the feed starts at `start` or before.
            async for event in self._missed(owner, seen, start):
                seen = event.sequence
                if wanted.wants(event):
                    yield Happened(Cursor(position.epoch, seen), event)
            yield Ready(Cursor(position.epoch, seen), self._clock.now())
            async for event in subscriber.events():
                if event.sequence > seen:
                    seen = event.sequence
                    if wanted.wants(event):
                        yield Happened(Cursor(position.epoch, seen), event)

    async def _missed(self, owner: UUID, seen: int, until: int) -> AsyncIterator[LiveEvent]:
        while seen < until:
            async with self._database.reads() as session:
                events = await live_events.after(session, owner, seen, BATCH)
            for event in events:
                if event.sequence > until:
                    return
                seen = event.sequence
                yield event
            if len(events) < BATCH:
                return

    async def _position(self, owner: UUID) -> Position:
        async with self._database.reads() as session:
            position = await live_events.position(session, owner)
        # Every user is given a sequence when she is first seen.
        assert position is not None
        return position
