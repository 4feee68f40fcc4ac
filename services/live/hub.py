"""Live events inside one API process: one Redis subscription, and a feed for each owner that is being watched.

A feed reads the events after the last one it has seen, once for all who watch them here: when it is woken, when Redis
comes back after a cut, and every few seconds for safety, because a message of Redis can always get lost.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from db.engine import Database
from db.queries import live_events
from db.queries.live_events import Position
from services.live import channel
from services.live.feed import Feed
from services.live.topics import Topics
from services.monitoring.logs import traced
from services.runtime.clock import Clock, SystemClock

log = structlog.get_logger(service="live")


@dataclass(frozen=True, slots=True)
class Patience:
    """In seconds. `look`: from one look at where the logs stand to the next; while Redis is away, `reconnect`."""

    look: float = 15.0
    reconnect: float = 0.5


READS_AT_ONCE = 4
"""Of all feeds together; the other connections of the pool are for those who ask."""


class Hub:
    """All feeds of this process."""

    def __init__(
        self, database: Database, redis: Redis, patience: Patience | None = None, clock: Clock | None = None
    ) -> None:
        self.topics = Topics()
        self._database = database
        self._redis = redis
        self._patience = patience or Patience()
        self._clock = clock or SystemClock()
        self._turns = asyncio.Semaphore(READS_AT_ONCE)
        self._feeds: dict[UUID, tuple[Feed, asyncio.Task[None]]] = {}
        self._look_now = asyncio.Event()

    async def position(self, owner: UUID) -> Position:
        """Where her log stands in the database. Raises what the database raises."""
        async with self._turns, self._database.reads() as session:
            position = await live_events.position(session, owner)
        # Every user is given a sequence when she is first seen.
        assert position is not None
        return position

    @asynccontextmanager
    async def watching(self, owner: UUID) -> AsyncIterator[Feed]:
        """Her feed, kept going for as long. Raises what the database raises."""
        if owner not in self._feeds:
            position = await self.position(owner)
            if owner not in self._feeds:
                feed = Feed(self._database, owner, position, self._turns, self._clock, self._patience.reconnect)
                self._feeds[owner] = feed, asyncio.create_task(feed.run(), name=f"feed-{owner}")
        feed, task = self._feeds[owner]
        feed.watchers += 1
        try:
            yield feed
        finally:
            feed.watchers -= 1
            if not feed.watchers:
                del self._feeds[owner]
                task.cancel()

    async def run(self) -> None:
        """Listen to Redis, and look for oneself now and then, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep_listening())
            tasks.create_task(self._keep_looking())

    def look(self) -> None:
        """At once, where announcements may have passed unheard."""
        self._look_now.set()

    async def close(self) -> None:
        for _, task in self._feeds.values():
            task.cancel()
        await asyncio.gather(*(task for _, task in self._feeds.values()), return_exceptions=True)

    async def _keep_listening(self) -> None:
        while True:
            try:
                await self._listen()
            except (RedisError, OSError, TimeoutError) as error:
                log.warning("redis_lost", action="listen", error=type(error).__name__)
            except Exception as error:
                log.error("listening_failed", action="listen", **traced(error))
            # Announcements pass unheard until it is back.
            self.look()
            await asyncio.sleep(self._patience.reconnect)

    async def _listen(self) -> None:
        async with self._redis.pubsub() as subscription:
            await subscription.subscribe(channel.CHANNEL, channel.TOPICS)
            while True:
                message = await subscription.get_message(timeout=self._patience.look)
                if message is None:
                    await subscription.ping()
                elif message["type"] == "subscribe":
                    # Also after redis-py reconnected by itself, which nothing else tells.
                    self.look()
                    self.topics.ring_all()
                elif message["type"] == "message":
                    self._hear(message["channel"], message["data"])

    def _hear(self, name: bytes, data: bytes) -> None:
        try:
            if name == channel.TOPICS.encode():
                self.topics.ring(*channel.decode_topic(data))
            else:
                self._wake(*channel.decode(data))
        except ValueError:
            log.warning("announcement_unreadable", action="listen")

    def _wake(self, owner: UUID, sequence: int) -> None:
        entry = self._feeds.get(owner)
        if entry is not None and entry[0].sequence < sequence:
            entry[0].wake()

    async def _keep_looking(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._patience.look):
                    await self._look_now.wait()
            self._look_now.clear()
            try:
                await self._look()
            except (SQLAlchemyError, OSError, TimeoutError) as error:
                log.warning("look_failed", action="look", error=type(error).__name__)
            except Exception as error:
                # Whatever it was, inboxes must not stay silent until a restart.
                log.error("look_failed", action="look", **traced(error))

    async def _look(self) -> None:
        """Where do the logs stand? Of all who are watched in one statement; only feeds that are behind are woken."""
        known = {owner: feed.sequence for owner, (feed, _) in self._feeds.items()}
        if not known:
            return
        async with self._turns, self._database.reads() as session:
            found = await live_events.positions(session, known)
        for owner, position in found.items():
            if owner in self._feeds:
                feed, _ = self._feeds[owner]
                feed.found(position, known[owner])
                feed.forget()
