"""States that clients watch: the present one at once, then each change, the last one always and none in a queue.

How a state is offered as a subscription:

    async def fan_import_updated(info: CurrentInfo, id: …) -> AsyncGenerator[FanImport, None]:
        context, key = info.context, ids.decode("FanImport", id)

        async def read() -> Row:  # raises `fault("NOT_FOUND", …)` where there is no such import
            async with context.database.reads() as session:
                …

        topic = Topic(context.owner, topic_of("fan_import", key), read, poll_seconds=5)
        async for row in context.watches.states(topic):
            context.refresh()  # loaders must not show what an earlier state found
            yield FanImport.of(row)

A state is read again when the owner's log moves on, so whatever writes a live event need not do more. What changes
without one is announced after the commit, under the same name:

    work.after_commit(lambda: resources.announcer.changed(owner, topic_of("fan_import", key)))

Either way it is read at most once a second for all who watch it in this process, and pushed where it differs.
"""

from __future__ import annotations

import asyncio
import operator
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from services.live.hub import Hub
from services.runtime.clock import Clock

log = structlog.get_logger(service="live")

AT_MOST_EVERY_SECONDS = 1.0
StateT = TypeVar("StateT")


@dataclass(frozen=True, slots=True)
class Topic(Generic[StateT]):
    """`name`: of what is watched, once for each owner. `same`: whether a client need not be told.

    `poll_seconds`: it is read again after so long in any case.
    """

    owner: UUID
    name: str
    read: Callable[[], Awaitable[StateT]]
    same: Callable[[StateT, StateT], bool] = operator.eq
    poll_seconds: float = 15.0


class Watch(Generic[StateT]):
    """One state and those who watch it. `version` counts how often it differed."""

    def __init__(self, topic: Topic[StateT], hub: Hub, clock: Clock) -> None:
        self.watchers = 0
        self.version = 0
        self.read_at = float("-inf")
        self._topic = topic
        self._hub = hub
        self._clock = clock
        self._state: list[StateT] = []
        self._failure: BaseException | None = None
        self._news = asyncio.Event()
        self._wanted = asyncio.Event()

    @property
    def state(self) -> StateT:
        """As it was read last. Raises what reading it raised."""
        if self._failure is not None:
            raise self._failure
        return self._state[0]

    async def read_since(self, moment: float) -> None:
        """Until it was read after a moment of the monotonic clock."""
        while self.read_at < moment and self._failure is None:
            self._wanted.set()
            await self._news.wait()

    async def differs_from(self, version: int) -> None:
        """Until it is another one."""
        while self.version == version and self._failure is None:
            await self._news.wait()

    async def run(self) -> None:
        """Read it whenever it may have changed, until cancelled or it cannot be read any more."""
        try:
            async with self._hub.watching(self._topic.owner) as feed:
                with self._hub.topics.bell(self._topic.owner, self._topic.name) as bell:
                    while True:
                        bell.clear()
                        self._wanted.clear()
                        place, is_read = feed.place, await self._read()
                        await self._clock.sleep(AT_MOST_EVERY_SECONDS)
                        if is_read and place == feed.place:
                            await _first_of(self._topic.poll_seconds, feed.news(), bell.wait(), self._wanted.wait())
        except Exception as error:
            self._failure = error
            self._tell()

    async def _read(self) -> bool:
        """False where a part was away, which passes."""
        moment = self._clock.monotonic()
        try:
            state = await self._topic.read()
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("watch_read_failed", action="read", topic=self._topic.name, error=type(error).__name__)
            return False
        self.read_at = moment
        if not self._state or not self._topic.same(self._state[0], state):
            self._state[:] = [state]
            self.version += 1
        self._tell()
        return True

    def _tell(self) -> None:
        told, self._news = self._news, asyncio.Event()
        told.set()


class Watches:
    """Of one process."""

    def __init__(self, hub: Hub, clock: Clock) -> None:
        self._hub = hub
        self._clock = clock
        self._watches: dict[tuple[UUID, str], tuple[Watch[Any], asyncio.Task[None]]] = {}

    async def states(self, topic: Topic[StateT]) -> AsyncIterator[StateT]:
        """Without end; whoever takes a while misses what was between. Raises what reading raises."""
        begun = self._clock.monotonic()
        async with self._watching(topic) as watch:
            await watch.read_since(begun - AT_MOST_EVERY_SECONDS)
            while True:
                version = watch.version
                yield watch.state
                await watch.differs_from(version)

    @asynccontextmanager
    async def _watching(self, topic: Topic[StateT]) -> AsyncIterator[Watch[StateT]]:
        key = topic.owner, topic.name
        if key not in self._watches:
            new = Watch(topic, self._hub, self._clock)
            self._watches[key] = new, asyncio.create_task(new.run(), name=f"watch-{topic.name}")
        watch, task = self._watches[key]
        watch.watchers += 1
        try:
            yield watch
        finally:
            watch.watchers -= 1
            if not watch.watchers:
                del self._watches[key]
                task.cancel()


async def _first_of(seconds: float, *waits: Coroutine[Any, Any, Any]) -> None:
    tasks = [asyncio.create_task(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
