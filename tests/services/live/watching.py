"""A client of the live inbox that writes down what it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from db.engine import Database
from db.queries.live_events import NewEvent
from db.unit_of_work import Transactions
from services.live.channel import CHANNEL, Announcer
from services.live.cursor import Cursor
from services.live.hub import Hub, Patience
from services.live.inbox import Inbox
from services.live.reading import Filter, Happened, Item, Pace
from services.runtime.clock import SystemClock
from tests.stored import unheard
from tests.waiting import eventually

NEVER = 1000.0
"""Seconds until a feed reads without being woken: it must not be what makes a test pass."""


@dataclass
class Watcher:
    """What one open inbox was told, in order; `failed` is what ended it."""

    told: list[Item] = field(default_factory=list)
    failed: BaseException | None = None

    @property
    def names(self) -> list[str]:
        return [f"{each.event.status}" if isinstance(each, Happened) else type(each).__name__ for each in self.told]

    @property
    def cursor(self) -> Cursor:
        return self.told[-1].cursor

    async def until(self, count: int) -> None:
        await eventually(lambda: len(self.told) >= count, what=f"{count} items, not {self.names},")


class Process:
    """One API process, as far as its live inboxes go; `say` is what any process does."""

    def __init__(self, database: Database, redis: Redis, hub: Hub, pace: Pace) -> None:
        self.hub = hub
        self.inbox = Inbox(hub, SystemClock(), pace)
        self.redis = redis
        self._database = database

    async def say(self, owner: UUID, *names: str, aloud: bool = True) -> None:
        """One transaction with an event for each name; not `aloud`: its announcement gets lost."""
        announce = Announcer(self.redis) if aloud else unheard
        async with Transactions(self._database, announce)() as work:
            for name in names:
                work.emit(owner, NewEvent("message_updated", status=name))

    @asynccontextmanager
    async def watching(self, owner: UUID, after: Cursor | None = None) -> AsyncIterator[Watcher]:
        watcher = Watcher()

        async def watch() -> None:
            try:
                async for item in self.inbox.open(owner, after, Filter()):
                    watcher.told.append(item)
            except Exception as error:
                watcher.failed = error

        task = asyncio.create_task(watch())
        try:
            yield watcher
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def process(
    database: Database, endpoint: str, *, look_seconds: float = NEVER, pace: Pace | None = None
) -> AsyncIterator[Process]:
    """Running, and listening to Redis."""
    once = Retry(NoBackoff(), 0)
    async with Redis.from_url(f"redis://{endpoint}", retry=once) as redis:
        hub = Hub(database, redis, Patience(look_seconds, reconnect=0.05))
        listening = asyncio.create_task(hub.run())
        try:
            await eventually(lambda: somebody_listens(redis), what="a subscription")
            yield Process(database, redis, hub, pace or Pace())
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            await hub.close()


async def somebody_listens(redis: Redis) -> bool:
    try:
        return bool((await redis.pubsub_numsub(CHANNEL))[0][1])
    except RedisError:  # it is only just coming back
        return False
