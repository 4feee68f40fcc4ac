"""Live events inside one API process: one Redis subscription, and a feed for each owner that is being watched.

A feed reads the events after the last one it has seen, once for all its subscribers: when it is woken, when Redis
comes back after a cut, and every few seconds for safety, because a message of Redis can always get lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from db.engine import Database
from db.queries import live_events
from services.live import channel
from services.live.feed import Feed, Subscriber

log = structlog.get_logger(service="live")

READ_AGAIN_SECONDS = 15.0
RECONNECT_SECONDS = 0.5
QUEUE_LENGTH = 1000
"""Events one subscriber may be behind before it is cut off; it comes back with its cursor."""


class Hub:
    """All feeds of this process."""

    def __init__(
        self,
        database: Database,
        redis: Redis,
        *,
        read_again_seconds: float = READ_AGAIN_SECONDS,
        reconnect_seconds: float = RECONNECT_SECONDS,
        queue_length: int = QUEUE_LENGTH,
    ) -> None:
        self._database = database
        self._redis = redis
        self._read_again_seconds = read_again_seconds
        self._reconnect_seconds = reconnect_seconds
        self._queue_length = queue_length
        self._feeds: dict[UUID, tuple[Feed, asyncio.Task[None]]] = {}

    @asynccontextmanager
    async def subscribe(self, owner: UUID) -> AsyncIterator[tuple[Subscriber, int]]:
        """A subscriber, and the sequence after which it gets everything. Raises what the database raises."""
        async with self._database.reads() as session:
            position = await live_events.position(session, owner)
        feed = self._feed(owner, position.sequence if position else 0)
        subscriber, start = Subscriber(self._queue_length), feed.sequence
        feed.subscribers.add(subscriber)
        try:
            yield subscriber, start
        finally:
            feed.subscribers.discard(subscriber)
            self._drop_if_unwatched(owner, feed)

    def _feed(self, owner: UUID, sequence: int) -> Feed:
        if owner not in self._feeds:
            feed = Feed(self._database, owner, sequence, self._read_again_seconds, self._reconnect_seconds)
            self._feeds[owner] = feed, asyncio.create_task(feed.run(), name=f"feed-{owner}")
        return self._feeds[owner][0]

    def _drop_if_unwatched(self, owner: UUID, feed: Feed) -> None:
        """A subscriber that was cut off may outlive its feed, and find another in its place."""
        present = self._feeds.get(owner)
        if present is not None and present[0] is feed and not feed.subscribers:
            del self._feeds[owner]
            present[1].cancel()

    async def run(self) -> None:
        """Listen to Redis until cancelled; after each cut every feed reads what passed unseen."""
        while True:
            try:
                await self._listen()
            except (RedisError, OSError, TimeoutError) as error:
                log.warning("redis_lost", action="listen", error=type(error).__name__)
            await asyncio.sleep(self._reconnect_seconds)

    async def _listen(self) -> None:
        async with self._redis.pubsub() as subscription:
            await subscription.subscribe(channel.CHANNEL)
            while True:
                message = await subscription.get_message(timeout=self._read_again_seconds)
                if message is None:
                    await subscription.ping()
                elif message["type"] == "subscribe":
                    # Also after redis-py reconnected by itself, which nothing else tells.
                    self._wake_all()
                elif message["type"] == "message":
                    self._wake(message["data"])

    def _wake(self, data: bytes) -> None:
        try:
            owner, sequence = channel.decode(data)
        except ValueError:
            log.warning("announcement_unreadable", action="listen")
            return
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
