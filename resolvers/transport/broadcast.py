"""One shared stream told to everybody in this process who watches it alike: rendered once, written to each socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

import structlog

from resolvers.transport.insistence import insist
from resolvers.transport.rendering import Renderer, Studio, Told, batches
from resolvers.transport.share_key import ShareKey
from resolvers.transport.shared_stream import Handed
from services.live.feed import Place, Sight
from services.live.reading import Item
from services.monitoring.logs import traced

log = structlog.get_logger(service="api")

FRAMES_AT_ONCE = 25
"""Then other inboxes, and who asks, have their turn: half a millisecond."""


class Follower(Protocol):
    """One subscription that has caught up. `place`: everything up to it was sent."""

    handed: Handed
    place: Place

    def take(self, told: Sequence[Told]) -> bool:
        """Send it without waiting, all or nothing; False where the peer does not take it at once."""
        ...

    def fall_behind(self) -> None:
        """It is not told any more, and has to catch up and join again."""
        ...


class Broadcast:
    """`turn`: followers that catch up do so one event after the other, and share what was rendered."""

    def __init__(self, studio: Studio) -> None:
        self.renderer = Renderer(studio)
        self.turn = asyncio.Lock()
        self.watchers = 0
        self._followers: dict[Follower, None] = {}
        self._begun = Place(-1, 0)
        self._read_by = 0.0
        self._task: asyncio.Task[None] | None = None

    def join(self, follower: Follower) -> bool:
        """Whether it is told from now on. Not, where something is being told that it has not seen yet."""
        if self._task is None:
            self._begun = follower.place
            self._task = asyncio.create_task(self._run(follower.handed, follower.place))
        if follower.place < self._begun:
            return False
        self._followers[follower] = None
        return True

    def leave(self, follower: Follower) -> None:
        self._followers.pop(follower, None)

    def end(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _run(self, handed: Handed, begin: Place) -> None:
        try:
            await self._tell_on(handed, begin)
        except Exception as error:
            log.error("broadcast_failed", action="broadcast", **traced(error))
            self._task = None
            for follower in tuple(self._followers):
                self.leave(follower)
                follower.fall_behind()

    async def _tell_on(self, handed: Handed, begin: Place) -> None:
        async with handed.stream.live() as reading:
            reading.go_on_from(begin, say_ready=False)
            while True:
                for batch in batches(items := await insist(reading.items, "read")):
                    await self._tell(batch, reading.sight)
                if not items:
                    await reading.more()

    async def _tell(self, items: Sequence[Item], sight: Sight) -> None:
        self._begun = items[-1].place
        if not self._followers:
            return
        anyone = next(iter(self._followers))
        rendered = await self.renderer.render(items, anyone.handed, self._read_by, sight)
        self._read_by = max(self._read_by, *(each.read_by for each in rendered))
        await self._send(list(zip(items, rendered, strict=True)))

    async def _send(self, told: Sequence[Told]) -> None:
        """Socket by socket: the more has happened meanwhile, the fewer writes it takes for each event."""
        for number, follower in enumerate(tuple(self._followers), 1):
            news = [each for each in told if each[0].place > follower.place]
            if follower in self._followers and news and not follower.take(news):
                self.leave(follower)
                follower.fall_behind()
            if number * len(told) % FRAMES_AT_ONCE < len(told):
                await asyncio.sleep(0)


class Broadcasts:
    """Of one process."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._broadcasts: dict[ShareKey, Broadcast] = {}

    @asynccontextmanager
    async def watching(self, key: ShareKey) -> AsyncIterator[Broadcast]:
        """The one for this key, for as long as anybody watches."""
        broadcast = self._broadcasts.setdefault(key, Broadcast(self._studio))
        broadcast.watchers += 1
        try:
            yield broadcast
        finally:
            broadcast.watchers -= 1
            if not broadcast.watchers:
                del self._broadcasts[key]
                broadcast.end()

    async def close(self) -> None:
        """Before the resources are closed."""
        await self._studio.close()
