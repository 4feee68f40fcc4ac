"""What a rendering may hold, which is nothing older than its event or its reader; and how often it is made."""

from __future__ import annotations

import asyncio
import json
from random import Random
from typing import Any, cast

import pytest
from sqlalchemy.exc import OperationalError

from db.models import LiveEvent
from db.queries.live_objects import Objects
from resolvers.transport.rendering import BATCH, Rendered, Renderer, Studio, batches
from resolvers.transport.shared_stream import Executor, Handed
from schema.loaders import Loaders
from services.live.cursor import Cursor
from services.live.feed import Place, Sight
from services.live.reading import Happened, Item, Pace
from tests.resolvers.transport.journal import calm
from tests.resolvers.transport.shared_world import CLOCK, World, WorldExecutor, WorldStream
from tests.waiting import eventually


class Document:
    """One way to ask for events, and its renderer."""

    def __init__(self, world: World, studio: Studio) -> None:
        self.executor = WorldExecutor(world, False)
        self.stream = WorldStream(world, 0, Pace())
        self.renderer = Renderer(studio)
        self._world = world

    async def render(self, *numbers: int, read_by: float = 0) -> list[Rendered]:
        handed = Handed(cast("Executor", self.executor), self.stream)
        return await self.renderer.render([event(number) for number in numbers], handed, read_by, self._world.sight)

    async def versions(self, *numbers: int, read_by: float = 0) -> list[int]:
        return [answer(each)["data"]["one"][1] for each in await self.render(*numbers, read_by=read_by)]


def event(number: int) -> Item:
    return Happened(Place(0, number), Cursor("e", number), LiveEvent(sequence=number))


def answer(rendered: Rendered) -> dict[str, Any]:
    assert rendered.payload is not None
    found: dict[str, Any] = json.loads(rendered.payload)
    return found


@pytest.fixture
def world() -> World:
    """With one object, so that every event tells of it."""
    return World(Random(7), objects=1)


@pytest.fixture
def documents(world: World) -> tuple[Document, Document]:
    """Two, of one owner."""
    studio = Studio(CLOCK)
    return Document(world, studio), Document(world, studio)


async def test_it_is_made_once(world: World, documents: tuple[Document, Document]) -> None:
    one, _ = documents
    await world.change()
    world.hear()
    assert await one.render(1) == await one.render(1)
    assert one.executor.rendered == 1


async def test_who_asks_differently_shares_what_was_read(world: World, documents: tuple[Document, Document]) -> None:
    one, other = documents
    await world.change()
    world.hear()
    assert await one.versions(1) == [1]
    world.versions[0] = 5
    assert await other.versions(1) == [1]
    assert (one.executor.rendered, other.executor.rendered) == (1, 1)


async def test_an_event_shows_what_it_left(world: World, documents: tuple[Document, Document]) -> None:
    """What another has read before it happened is of no use."""
    one, other = documents
    await world.change()
    world.hear()
    assert await one.versions(1) == [1]
    await world.change()
    world.hear()
    assert await other.versions(2) == [2]


async def test_nobody_is_shown_less_than_she_has_seen(world: World, documents: tuple[Document, Document]) -> None:
    one, other = documents
    await world.change()
    world.hear()
    assert await one.versions(1) == [1]
    world.versions[0] = 2
    now = CLOCK.monotonic()
    assert await one.versions(1, read_by=now) == [2]
    assert await other.versions(1, read_by=now) == [2]


async def test_what_is_ready_serves_up_to_the_first_that_is_not(
    world: World, documents: tuple[Document, Document]
) -> None:
    one, _ = documents
    for _ in range(3):
        await world.change()
    world.hear()
    await one.render(1)
    await one.render(3)
    assert one.executor.rendered == 2
    world.versions[0] = 9
    assert await one.versions(1, 2, 3) == [3, 9, 9]
    assert one.executor.rendered == 4


async def test_events_of_a_batch_show_one_state(world: World, documents: tuple[Document, Document]) -> None:
    one, _ = documents
    for _ in range(10):
        await world.change()
    world.hear()
    assert await one.versions(*range(1, 11)) == [10] * 10


@pytest.mark.parametrize("count", [0, 1, BATCH, BATCH + 1, 3 * BATCH])
def test_batches_hold_everything_in_order(count: int) -> None:
    items = [event(number) for number in range(count)]
    found = list(batches(items))
    assert [item for batch in found for item in batch] == items
    assert all(1 <= len(batch) <= BATCH for batch in found)


AWAY = OperationalError("SELECT", {}, Exception())


async def test_a_part_that_is_away_is_asked_until_it_answers(
    world: World, documents: tuple[Document, Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Loaders remember that it was away, so that the next attempt has others."""
    one, _ = documents
    await world.change()
    world.hear()
    failures, show, given = [AWAY, AWAY], one.stream.show, set[int]()

    async def failing(item: Item, loaders: Loaders) -> object:
        given.add(id(loaders))
        if failures:
            raise failures.pop()
        return await show(item, loaders)

    monkeypatch.setattr(one.stream, "show", failing)
    monkeypatch.setattr("resolvers.transport.insistence.FIRST_PAUSE_SECONDS", 0.01)
    assert await one.versions(1) == [1]
    assert len(given) == 3


async def test_what_cannot_be_shown_is_a_masked_error_in_its_place(
    world: World, documents: tuple[Document, Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, _ = documents
    for _ in range(3):
        await world.change()
    world.hear()
    show = one.stream.show

    async def failing(item: Item, loaders: Loaders) -> object:
        if item.place.sequence == 2:
            raise RuntimeError("password=hunter2")
        return None if item.place.sequence == 3 else await show(item, loaders)

    monkeypatch.setattr(one.stream, "show", failing)
    first, second, third = await one.render(1, 2, 3)
    assert answer(first)["data"]["number"] == 1
    assert answer(second)["data"] is None
    assert answer(second)["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert b"hunter2" not in (second.payload or b"")
    assert third.payload is None


async def test_it_is_made_although_who_asked_has_gone(
    world: World, documents: tuple[Document, Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others may wait for the same loaders, which would be cancelled with her."""
    one, _ = documents
    await world.change()
    world.hear()
    go_on, show, begun = asyncio.Event(), one.stream.show, asyncio.Event()

    async def waiting(item: Item, loaders: Loaders) -> object:
        begun.set()
        await go_on.wait()
        return await show(item, loaders)

    monkeypatch.setattr(one.stream, "show", waiting)
    with calm():
        asking = asyncio.create_task(one.render(1))
        await begun.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        go_on.set()
        await eventually(lambda: one.executor.rendered == 1, what="the rendering")
        assert await one.versions(1) == [1]
    assert one.executor.rendered == 1


def seen(world: World, objects: dict[int, int], begun: float, through: int) -> None:
    """The log was read just now, together with these."""
    world.hear()
    world.sight = Sight(begun, CLOCK.monotonic(), cast("Objects", objects), Place(0, through))


async def test_what_was_read_together_with_the_log_is_not_read_again(
    world: World, documents: tuple[Document, Document]
) -> None:
    one, other = documents
    begun = CLOCK.monotonic()
    await world.change()
    seen(world, {0: 77}, begun, 1)
    assert await one.versions(1) == [77]
    assert await other.versions(1) == [77]


@pytest.mark.parametrize("what", ["an event it has not seen", "a reader who has seen later things", "long ago"])
async def test_it_is_read_anew_for(
    what: str, world: World, documents: tuple[Document, Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, _ = documents
    begun = CLOCK.monotonic()
    for _ in range(2):
        await world.change()
    seen(world, {0: 77}, begun, 1 if what == "an event it has not seen" else 2)
    if what == "long ago":
        monkeypatch.setattr("resolvers.transport.freshness.FRESH_SECONDS", 0)
    read_by = CLOCK.monotonic() if what == "a reader who has seen later things" else 0
    assert await one.versions(2, read_by=read_by) == [2]
