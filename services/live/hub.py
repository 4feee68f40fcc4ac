"""Live events inside one API process: one Redis subscription, and a feed for each owner that is being watched.

A feed reads the events after the last one it has seen, once for all its subscribers: when it is woken, when Redis
comes back after a cut, and every few seconds for safety, because a message of Redis can always get lost.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from db.engine import Database
from db.models import LiveEvent
from db.queries import live_events
from services.live import channel

log = structlog.get_logger(service="live")

READ_AGAIN_SECONDS = 15.0
RECONNECT_SECONDS = 0.5
BATCH = 200
QUEUE_LENGTH = 1000
"""Events one subscriber may be behind before it is cut off; it comes back with its cursor."""


class TooSlow(Exception):
    """The subscriber did not take its events in time; it should come back with its last cursor."""


class Subscriber:
    """A bounded queue of events, in sequence."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[LiveEvent | None] = asyncio.Queue(QUEUE_LENGTH + 1)

    def put(self, event: LiveEvent) -> bool:
        """False: it is full, and was ended."""
        if self._queue.qsize() < QUEUE_LENGTH:
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

    def __init__(self, database: Database, owner: UUID, sequence: int) -> None:
        self.subscribers: set[Subscriber] = set()
        self.sequence = sequence
        self._database = database
        self._owner = owner
        self._woken = asyncio.Event()

    def wake(self) -> None:
        self._woken.set()

    async def run(self) -> None:
        """Read and hand out until cancelled."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), READ_AGAIN_SECONDS)
            self._woken.clear()
            try:
                await self._read()
            except (SQLAlchemyError, OSError, TimeoutError) as error:
                log.warning("feed_read_failed", action="read", userId=str(self._owner), error=type(error).__name__)
                await asyncio.sleep(RECONNECT_SECONDS)
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


class Hub:
    """All feeds of this process."""

    def __init__(self, database: Database, redis: Redis) -> None:
        self._database = database
        self._redis = redis
        self._feeds: dict[UUID, tuple[Feed, asyncio.Task[None]]] = {}

    @asynccontextmanager
    async def subscribe(self, owner: UUID) -> AsyncIterator[tuple[Subscriber, int]]:
        """A subscriber, and the sequence after which it gets everything. Raises what the database raises."""
        async with self._database.reads() as session:
            position = await live_events.position(session, owner)
        feed = self._feed(owner, position.sequence if position else 0)
        subscriber, start = Subscriber(), feed.sequence
        feed.subscribers.add(subscriber)
        try:
            yield subscriber, start
        finally:
            feed.subscribers.discard(subscriber)
            self._drop_if_unwatched(owner)

    def _feed(self, owner: UUID, sequence: int) -> Feed:
        if owner not in self._feeds:
            feed = Feed(self._database, owner, sequence)
            self._feeds[owner] = feed, asyncio.create_task(feed.run(), name=f"feed-{owner}")
        return self._feeds[owner][0]

    def _drop_if_unwatched(self, owner: UUID) -> None:
        feed, task = self._feeds[owner]
        if not feed.subscribers:
            del self._feeds[owner]
            task.cancel()

    async def run(self) -> None:
        """Listen to Redis until cancelled; after each cut every feed reads what passed unseen."""
        while True:
            try:
                await self._listen()
            except (RedisError, OSError, TimeoutError) as error:
                log.warning("redis_lost", action="listen", error=type(error).__name__)
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _listen(self) -> None:
        async with self._redis.pubsub() as subscription:
            await subscription.subscribe(channel.CHANNEL)
            while True:
                message = await subscription.get_message(timeout=READ_AGAIN_SECONDS)
                if message is None:
                    await subscription.ping()
                elif message["type"] == "subscribe":
                    # Also after redis-py reconnected by itself, which nothing else tells.
                    self._wake_all()
                elif message["type"] == "message":
                    self._wake(message["data"])

    def _wake(self, data: bytes) -> None:
        owner, sequence = channel.decode(data)
        entry = self._feeds.get(owner)
        if entry is not None and entry[0].sequence < sequence:
            entry[0].wake()

    def _wake_all(self) -> None:
        for feed, _ in self._feeds.values():
            feed.wake()

    async def close(self) -> None:
        for _, task in self._feeds.values():
            task.cancel()
        await asyncio.gather(*(task for _, task in self._feeds.values()), return_exceptions=True)
