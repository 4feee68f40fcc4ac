"""Whoever comes and goes, is slow or asks for more: each gets every event once, in order, and no object goes back."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from random import Random
from typing import Any, cast

import pytest

from resolvers.transport.broadcast import Broadcast
from resolvers.transport.rendering import Studio
from resolvers.transport.shared_stream import Executor, Handed
from resolvers.transport.subscriber import Subscriber
from services.live.feed import Place
from services.live.reading import Pace
from tests.resolvers.transport.shared_world import CLOCK, Peer, World, WorldExecutor, WorldStream, watching
from tests.waiting import eventually

EVENTS = 400


@pytest.mark.parametrize("seed", range(12))
async def test_everything_once_in_order_and_never_backwards(seed: int) -> None:
    chance = Random(seed)
    world, studio = World(chance), Studio(CLOCK)
    # Two documents of one owner: their renderers share what was read.
    documents = [(Broadcast(studio), WorldExecutor(world, more)) for more in (False, True)]
    begins: list[tuple[Peer, int]] = []
    async with AsyncExitStack() as stack:
        for _ in range(EVENTS):
            await world.change()
            if chance.random() < 0.05:
                broadcast, executor = chance.choice(documents)
                begin = chance.randrange(world.sequence + 1)
                busy = chance.choice((0.0, 0.1, 0.6))
                peer = await stack.enter_async_context(watching(world, broadcast, executor, begin, busy))
                begins.append((peer, begin))
        world.hear()
        expected = [(peer, list(range(begin + 1, EVENTS + 1))) for peer, begin in begins]
        await eventually(lambda: all(peer.numbers == numbers for peer, numbers in expected), what="all events")
        for broadcast, _ in documents:
            broadcast.end()

    for peer, begin in begins:
        seen: dict[int, int] = {}
        for which, version in peer.shown:
            assert version >= seen.get(which, 0), (which, version, seen)
            seen[which] = version
        told = set(world.log[begin:])
        assert {which: seen[which] for which in told} == {which: world.versions[which] for which in told}


async def test_who_watches_alike_is_told_what_was_rendered_once() -> None:
    world, studio = World(Random(1)), Studio(CLOCK)
    broadcast, executor = Broadcast(studio), WorldExecutor(world, False)
    async with AsyncExitStack() as stack:
        peers = [await stack.enter_async_context(watching(world, broadcast, executor, 0, 0)) for _ in range(50)]
        await eventually(lambda: all(len(peer.told) == 1 for peer in peers), what="the beginning")
        before = executor.rendered
        for number in range(1, 21):
            await world.change()
            world.hear()
            await eventually(
                lambda expected=number: all(len(peer.numbers) == expected for peer in peers),  # type: ignore[misc]
                what=f"event {number}",
            )
        broadcast.end()

    assert executor.rendered - before == 20


async def test_who_comes_back_together_shares_what_was_missed() -> None:
    world, studio = World(Random(2)), Studio(CLOCK)
    broadcast, executor = Broadcast(studio), WorldExecutor(world, False)
    for _ in range(40):
        await world.change()
    world.hear()
    async with AsyncExitStack() as stack:
        peers = [await stack.enter_async_context(watching(world, broadcast, executor, 0, 0)) for _ in range(50)]
        await eventually(lambda: all(len(peer.told) == 41 for peer in peers), what="what was missed")
        broadcast.end()

    # Each of them alone would have made it 50 times 41.
    assert executor.rendered < 41 * 10


async def test_a_slow_one_holds_up_nobody() -> None:
    world, studio = World(Random(3)), Studio(CLOCK)
    broadcast, executor = Broadcast(studio), WorldExecutor(world, False)
    async with watching(world, broadcast, executor, 0, 1) as stuck, watching(world, broadcast, executor, 0, 0) as quick:
        await eventually(lambda: len(stuck.told) == len(quick.told) == 1, what="the beginning")
        held = asyncio.Event()
        stuck.send_text = lambda _text: held.wait()  # type: ignore[assignment, method-assign, return-value]
        for _ in range(30):
            await world.change()
        world.hear()
        await eventually(lambda: len(quick.numbers) == 30, what="all events")
        assert stuck.numbers == []
        broadcast.end()


async def test_a_follower_that_has_missed_something_cannot_join() -> None:
    world, studio = World(Random(4)), Studio(CLOCK)
    broadcast, executor = Broadcast(studio), WorldExecutor(world, False)
    async with watching(world, broadcast, executor, 0, 0) as peer:
        for _ in range(3):
            await world.change()
        world.hear()
        await eventually(lambda: peer.numbers == [1, 2, 3], what="three events")
        handed = Handed(cast("Executor", executor), WorldStream(world, 0, Pace()))
        late = Subscriber(cast("Any", Peer(world, 0)), "2", handed, broadcast)
        joined = []
        for place in (Place(0, 2), Place(0, 3)):
            late.place = place
            joined.append(broadcast.join(late))
        broadcast.end()

    assert joined == [False, True]


async def test_a_broadcast_that_fails_lets_go_of_its_followers(monkeypatch: pytest.MonkeyPatch) -> None:
    """They catch up by themselves, and begin it anew."""
    world, studio = World(Random(5)), Studio(CLOCK)
    broadcast, executor = Broadcast(studio), WorldExecutor(world, False)
    send, failures = Broadcast._send, [RuntimeError()]

    async def failing(self: Broadcast, *arguments: Any) -> None:
        if failures:
            raise failures.pop()
        await send(self, *arguments)

    monkeypatch.setattr(Broadcast, "_send", failing)
    async with watching(world, broadcast, executor, 0, 0) as peer:
        await eventually(lambda: len(peer.told) == 1, what="the beginning")
        for number in range(1, 6):
            await world.change()
            world.hear()
            await eventually(lambda expected=number: len(peer.numbers) == expected, what=f"event {number}")  # type: ignore[misc]
        broadcast.end()

    assert failures == []
    assert peer.numbers == [1, 2, 3, 4, 5]
