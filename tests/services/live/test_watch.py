"""States that are watched: the present one at once, then what differs, read once for all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import OperationalError

from db.engine import Database
from services.live.channel import Announcer, topic_of
from services.live.watch import Topic, Watches
from tests.clocks import ManualClock
from tests.services.live.watching import Process, process
from tests.stored import a_user
from tests.waiting import eventually

FIRST = "first"


class Gone(Exception):
    """There is no such thing."""


@dataclass
class Thing:
    """Something that changes, and counts how often it was looked at."""

    state: str = FIRST
    reads: int = 0
    fails: list[Exception] = field(default_factory=list)

    async def read(self) -> str:
        self.reads += 1
        if self.fails:
            raise self.fails.pop(0)
        return self.state


class Stage:
    """One thing, watched through an owner's topic, on a clock that is moved by hand."""

    def __init__(self, here: Process, owner: UUID, poll_seconds: float) -> None:
        self.thing = Thing()
        self.clock = ManualClock()
        self.watches = Watches(here.hub, self.clock)
        self.here = here
        self.owner = owner
        self.name = topic_of("thing", uuid4())
        self.topic = Topic(owner, self.name, self.thing.read, poll_seconds=poll_seconds)

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[list[str]]:
        """What one client is given; she takes everything at once."""
        seen: list[str] = []

        async def watch() -> None:
            async for state in self.watches.states(self.topic):
                seen.append(state)

        task = asyncio.create_task(watch())
        try:
            yield seen
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def passes(self, seconds: float, until: Callable[[], bool]) -> None:
        """Time goes by, in steps, until something holds."""

        async def holds() -> bool:
            await self.clock.advance(seconds)
            return until()

        await eventually(holds, what="what was to come with time")


@pytest.fixture
async def stage(database: Database, redis_endpoint: str) -> AsyncIterator[Stage]:
    owner = await a_user(database)
    async with process(database, redis_endpoint) as here:
        yield Stage(here, owner, poll_seconds=1000)


async def test_the_present_state_comes_at_once_and_then_what_differs(stage: Stage) -> None:
    async with stage.watching() as seen:
        await eventually(lambda: seen == [FIRST], what="the first state")
        stage.thing.state = "second"
        await stage.here.say(stage.owner, "something")
        await stage.passes(1, lambda: seen == [FIRST, "second"])
        reads = stage.thing.reads
        await stage.here.say(stage.owner, "something else")
        await stage.passes(1, lambda: stage.thing.reads > reads)

    assert seen == [FIRST, "second"]


async def test_it_is_read_once_for_all_who_watch(stage: Stage) -> None:
    async with stage.watching() as one, stage.watching() as two, stage.watching() as three:
        await eventually(lambda: one == two == three == [FIRST], what="the first state")
        assert stage.thing.reads == 1
        stage.thing.state = "second"
        await stage.here.say(stage.owner, "something")
        await stage.passes(1, lambda: one == two == three == [FIRST, "second"])
        assert stage.thing.reads == 2
    await eventually(lambda: not watches(), what="the end of the watch")


async def test_it_is_read_at_most_once_a_second(stage: Stage) -> None:
    async with stage.watching() as seen:
        await eventually(lambda: seen == [FIRST], what="the first state")
        for number in range(30):
            stage.thing.state = str(number)
            await stage.here.say(stage.owner, "something")
        assert stage.thing.reads == 1
        await stage.passes(0.5, lambda: "29" in seen)

    assert seen == [FIRST, "29"]


async def test_what_has_no_live_event_is_announced(stage: Stage) -> None:
    announce = Announcer(stage.here.redis).changed
    async with stage.watching() as seen:
        await eventually(lambda: seen == [FIRST], what="the first state")
        stage.thing.state = "second"
        await announce(stage.owner, stage.name)
        await stage.passes(1, lambda: len(seen) == 2)

    assert seen == [FIRST, "second"]


async def test_an_announcement_for_another_is_not_heard(stage: Stage) -> None:
    announce = Announcer(stage.here.redis).changed
    async with stage.watching() as seen:
        await eventually(lambda: seen == [FIRST], what="the first state")
        await stage.passes(1, lambda: stage.clock.waiting == 0)
        await announce(uuid4(), stage.name)
        await announce(stage.owner, topic_of("thing", uuid4()))
        await stage.here.redis.publish("huntaze:live:topics", b"nonsense")
        stage.thing.state = "second"
        await announce(stage.owner, stage.name)
        await stage.passes(1, lambda: seen == [FIRST, "second"])
        assert stage.thing.reads == 2


async def test_a_lost_announcement_is_made_good_by_the_poll(database: Database, redis_endpoint: str) -> None:
    owner = await a_user(database)
    async with process(database, redis_endpoint) as here:
        stage = Stage(here, owner, poll_seconds=0.05)
        async with stage.watching() as seen:
            await eventually(lambda: seen == [FIRST], what="the first state")
            stage.thing.state = "second"
            await stage.passes(1, lambda: len(seen) == 2)


async def test_who_comes_later_gets_a_state_that_is_read_for_her(stage: Stage) -> None:
    async with stage.watching() as first:
        await eventually(lambda: first == [FIRST], what="the first state")
        await stage.passes(1, lambda: stage.clock.waiting == 0)
        stage.thing.state = "unannounced"
        await stage.clock.advance(5)
        async with stage.watching() as second:
            await eventually(lambda: second == ["unannounced"], what="the state as it is now")


async def test_who_is_slow_gets_the_last_state_and_none_between(stage: Stage) -> None:
    slow = stage.watches.states(stage.topic)
    assert await anext(slow) == FIRST
    async with stage.watching() as quick:
        for state in ("second", "third"):
            stage.thing.state = state
            await stage.here.say(stage.owner, "something")
            await stage.passes(1, lambda expected=state: quick[-1:] == [expected])  # type: ignore[misc]
        assert await anext(slow) == "third"
    await slow.aclose()  # type: ignore[attr-defined]


async def test_a_part_that_is_away_is_waited_for(stage: Stage) -> None:
    away = OperationalError("SELECT", {}, Exception())
    stage.thing.fails = [away, away]
    async with stage.watching() as seen:
        await stage.passes(1, lambda: seen == [FIRST])
    assert stage.thing.reads == 3


async def test_what_cannot_be_read_ends_all_who_watch(stage: Stage) -> None:
    stage.thing.fails = [Gone()]
    with pytest.raises(Gone):
        await anext(stage.watches.states(stage.topic))

    later = stage.watches.states(stage.topic)
    assert await anext(later) == FIRST
    stage.thing.fails = [Gone()]
    await stage.here.say(stage.owner, "something")
    next_state = asyncio.ensure_future(anext(later))
    await stage.passes(1, next_state.done)
    with pytest.raises(Gone):
        await next_state


def watches() -> list[str]:
    return [task.get_name() for task in asyncio.all_tasks() if task.get_name().startswith("watch-")]
