"""From items of a shared stream to bytes: executed once for all who want them at about the same time.

Objects shown may skip steps but never reverse. So nobody is given what was read before something she has been shown:
every rendering has the moments between which its objects were read, and every subscriber the last moment she has seen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from graphql import ExecutionResult, GraphQLError

from db.queries.live_objects import Objects
from resolvers.masking import passes
from resolvers.transport import answers
from resolvers.transport.freshness import Dated, Fresh
from resolvers.transport.insistence import PartAway, insist
from resolvers.transport.shared_stream import Handed
from schema.context import Context
from schema.loaders import Loaders
from services.live.feed import Place, Sight
from services.live.reading import Item
from services.runtime.clock import Clock

BATCHES_AT_ONCE = 4
"""In one process; the other connections of the database's pool are for those who ask."""
BATCH = 25
"""Events executed together: each of their objects is read once, and others wait some 10 ms at most."""


def batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """As many as are rendered together."""
    return (items[begin : begin + BATCH] for begin in range(0, len(items), BATCH))


@dataclass(frozen=True, slots=True)
class Rendered:
    """`payload`: of a `next` message, as JSON; None where there is nothing to show. `read_by`: what it holds was."""

    payload: bytes | None
    read_by: float


Told = tuple[Item, Rendered]


class Sighted(NamedTuple):
    """Loaders, and what they were given to know."""

    loaders: Loaders
    objects: Objects | None


class Studio:
    """What the renderers of a process share: loaders of each owner, and how many work at once."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.turns = asyncio.Semaphore(BATCHES_AT_ONCE)
        self._loaders: Fresh[UUID, Sighted] = Fresh(clock)
        self._under_way: set[asyncio.Task[list[Rendered]]] = set()

    def loaders(self, context: Context, items: Sequence[Item], read_by: float, sight: Sight) -> Dated[Sighted]:
        """Subscriptions of one owner that ask differently for the same events share what was read.

        What was read together with the log need not be read again.
        """
        objects = sight.objects if items[-1].place <= sight.through else None
        if not self._loaders.is_fresh(sight.begun, read_by):
            objects = None
        found = self._loaders.get(context.owner, read_by)
        if found and (found.begun >= sight.ended or (objects and found.value.objects is objects)):
            return found
        begun = sight.begun if objects else self.clock.monotonic()
        loaders = context.new_loaders()
        if objects:
            loaders.know(objects)
        return self._loaders.put(context.owner, begun, Sighted(loaders, objects))

    def forget(self, context: Context) -> None:
        """Loaders remember failures, too."""
        self._loaders.drop(context.owner)

    async def work(self, task: asyncio.Task[list[Rendered]]) -> list[Rendered]:
        """To its end even without its caller: others may wait for the same loaders."""
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Before the resources are closed."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)


class Renderer:
    """Of one shared stream, for subscriptions that get the same bytes."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._rendered: Fresh[tuple[type, Place], Rendered] = Fresh(studio.clock)

    async def render(self, items: Sequence[Item], handed: Handed, read_by: float, sight: Sight) -> list[Rendered]:
        """`handed`: of any of those subscriptions. `read_by`: nothing is shown as it was before.

        `sight`: by its end the items were all committed, so that objects read later are as the items left them.
        """
        ready = self._at_hand(items, read_by)
        if missing := items[len(ready) :]:
            make = partial(self._make, missing, handed, ready[-1].read_by if ready else read_by, sight)
            ready += await self._studio.work(asyncio.create_task(insist(make, "render")))
        return ready

    def _at_hand(self, items: Sequence[Item], read_by: float) -> list[Rendered]:
        """The first of them. One that is older than what stands before it is of no use, nor is what follows."""
        ready: list[Rendered] = []
        for item in items:
            found = self._rendered.get((type(item), item.place), read_by)
            if found is None:
                break
            ready.append(found.value)
            read_by = max(read_by, found.value.read_by)
        return ready

    async def _make(self, items: Sequence[Item], handed: Handed, read_by: float, sight: Sight) -> list[Rendered]:
        context = handed.executor.context_value
        async with self._studio.turns:
            begun, (loaders, _) = self._studio.loaders(context, items, read_by, sight)
            try:
                show = partial(_payload, handed=handed, context=context.with_loaders(loaders))
                payloads = await asyncio.gather(*map(show, items))
            except PartAway:
                self._studio.forget(context)
                raise
            read_by = self._studio.clock.monotonic()
        made = [Rendered(payload, read_by) for payload in payloads]
        for item, rendered in zip(items, made, strict=True):
            self._rendered.put((type(item), item.place), begun, rendered)
        return made


async def _payload(item: Item, handed: Handed, context: Context) -> bytes | None:
    """An event that cannot be shown is an error in its place; the next may do better. Raises PartAway."""
    try:
        root = await handed.stream.show(item, context.loaders)
        if root is None:
            return None
        result = await handed.executor.execute_event(root, context)
    except Exception as error:
        result = ExecutionResult(None, [GraphQLError(str(error), original_error=error)])
    if any(passes(error) for error in result.errors or ()):
        raise PartAway
    answer: dict[str, Any] = {"data": result.data}
    if result.errors:
        answer["errors"] = [error.formatted for error in answers.shown(result.errors)]
    return answers.encoded(answer).encode("utf-8")
