"""A world without a database: objects that change, a log that tells of it late, and readers of it who take their time.

Only the broadcast, its renderers and its subscribers are real; whoever waits for something waits a random while.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any, cast
from uuid import UUID

from graphql import ExecutionResult

from db.models import LiveEvent
from db.queries.live_objects import Objects
from resolvers.transport.broadcast import Broadcast
from resolvers.transport.shared_stream import Executor, Handed, SharedStream
from resolvers.transport.subscriber import Subscriber
from schema.loaders import Loaders
from services.live.feed import Feed, Place, Sight
from services.live.reading import Filter, Happened, Item, Pace, Reading
from services.runtime.clock import SystemClock

OWNER = UUID(int=1)
CLOCK = SystemClock()


class World:
    """`versions`: of each object. `log`: which object each event told of; a reader learns of it after a while."""

    def __init__(self, chance: Random, objects: int = 5) -> None:
        self.chance = chance
        self.versions = [0] * objects
        self.log: list[int] = []
        self.epoch, self.breaks, self.sequence = "e", 0, 0
        self.sight = Sight(CLOCK.monotonic(), CLOCK.monotonic())
        self._news = asyncio.Event()
        self._reading: asyncio.Task[None] | None = None

    @property
    def place(self) -> Place:
        return Place(self.breaks, self.sequence)

    async def a_while(self) -> None:
        for _ in range(self.chance.choice((0, 0, 1, 2, 5))):
            await asyncio.sleep(0)

    async def change(self) -> None:
        """Something happens, and is read by the feed a while later, perhaps together with more."""
        which = self.chance.randrange(len(self.versions))
        self.versions[which] += 1
        self.log.append(which)
        await self.a_while()
        if self.chance.random() < 0.7 and (self._reading is None or self._reading.done()):
            self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        """The log and what its last events tell of, as of one moment; what happens meanwhile comes with the next."""
        begun, through = CLOCK.monotonic(), len(self.log)
        objects = {which: self.versions[which] for which in self.log[self.sequence : through]}
        await self.a_while()
        if through > self.sequence:
            place = Place(self.breaks, through)
            self._tell(Sight(begun, CLOCK.monotonic(), cast("Objects", objects), place), through)

    def hear(self) -> None:
        """All of the log, without any objects."""
        self._tell(Sight(CLOCK.monotonic(), CLOCK.monotonic()), len(self.log))

    def _tell(self, sight: Sight, through: int) -> None:
        self.sight, self.sequence = sight, through
        told, self._news = self._news, asyncio.Event()
        told.set()

    async def news(self) -> None:
        await self._news.wait()

    async def after(self, sequence: int) -> Sequence[LiveEvent]:
        if self.chance.random() < 0.3:
            await self.a_while()
        some = self.chance.randint(1, 40)
        return [LiveEvent(sequence=n + 1) for n in range(sequence, min(sequence + some, self.sequence))]


class WorldLoaders:
    """As dataloaders do: what was read once stays."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._kept: dict[int, asyncio.Future[int]] = {}

    def know(self, objects: dict[int, int]) -> None:
        for which, version in objects.items():
            self._kept[which] = asyncio.get_running_loop().create_future()
            self._kept[which].set_result(version)

    async def version(self, which: int) -> int:
        if which not in self._kept:
            self._kept[which] = asyncio.create_task(self._read(which))
        return await self._kept[which]

    async def _read(self, which: int) -> int:
        await self._world.a_while()
        version = self._world.versions[which]
        await self._world.a_while()
        return version


@dataclass
class WorldContext:
    """What a renderer needs of a context."""

    world: World
    loaders: WorldLoaders
    owner: UUID = OWNER

    def new_loaders(self) -> WorldLoaders:
        return WorldLoaders(self.world)

    def with_loaders(self, loaders: WorldLoaders) -> WorldContext:
        return WorldContext(self.world, loaders)


class WorldExecutor:
    """Shows what `show` gave; some documents ask for a second object as well."""

    def __init__(self, world: World, asks_for_more: bool) -> None:
        self.context_value = WorldContext(world, WorldLoaders(world))
        self.rendered = 0
        self._world = world
        self._asks_for_more = asks_for_more

    async def execute_event(self, root: dict[str, Any], context: WorldContext) -> ExecutionResult:
        self.rendered += 1
        if self._asks_for_more and root["number"]:
            other = (root["number"] * 7) % len(self._world.versions)
            root = root | {"other": [other, await context.loaders.version(other)]}
        return ExecutionResult(root)


class WorldStream(SharedStream):
    def __init__(self, world: World, begin: int, pace: Pace) -> None:
        self._world = world
        self._begin = Place(0, begin)
        self._pace = pace

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Reading]:
        await self._world.a_while()
        yield Reading(cast("Feed", self._world), self._begin, Filter(), CLOCK, self._pace)

    @asynccontextmanager
    async def live(self) -> AsyncIterator[Reading]:
        await self._world.a_while()
        yield Reading(cast("Feed", self._world), self._world.place, Filter(), CLOCK, Pace(most_behind=None))

    async def show(self, item: Item, loaders: Loaders) -> object:
        if not isinstance(item, Happened):
            return {"number": None}
        number = item.event.sequence
        which = self._world.log[number - 1]
        return {"number": number, "one": [which, await cast("WorldLoaders", loaders).version(which)]}


@dataclass
class Peer:
    """A socket's other side: sometimes busy. `told` is what it was sent."""

    world: World
    busy: float
    told: list[dict[str, Any]] = field(default_factory=list)
    sending: int = 0

    @property
    def frames(self) -> Peer:
        return self

    def offer(self, *texts: bytes) -> bool:
        if self.world.chance.random() < self.busy:
            return False
        for text in texts:
            self._take(text.decode())
        return True

    async def send_text(self, text: str) -> None:
        self.sending += 1
        assert self.sending == 1, "two at a time"
        await self.world.a_while()
        self._take(text)
        self.sending -= 1

    def _take(self, text: str) -> None:
        message = json.loads(text)
        assert (message["id"], message["type"]) == ("1", "next")
        self.told.append(message["payload"]["data"])

    @property
    def numbers(self) -> list[int]:
        return [each["number"] for each in self.told if each["number"]]

    @property
    def shown(self) -> list[tuple[int, int]]:
        """Object and version, in the order in which they were seen."""
        return [tuple(each[name]) for each in self.told for name in ("one", "other") if name in each]


@asynccontextmanager
async def watching(
    world: World, broadcast: Broadcast, executor: WorldExecutor, begin: int, busy: float, pace: Pace | None = None
) -> AsyncIterator[Peer]:
    peer = Peer(world, busy)
    handed = Handed(cast("Executor", executor), WorldStream(world, begin, pace or Pace(most_behind=None)))
    task = asyncio.create_task(Subscriber(cast("Any", peer), "1", handed, broadcast).run())
    try:
        yield peer
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
