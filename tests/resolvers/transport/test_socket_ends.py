"""Sockets that end by themselves: silent peers, peers that do not read, a server that stops."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import AsyncExitStack
from itertools import cycle
from time import monotonic
from typing import Any

import pytest

from resolvers.transport.bounds import Bounds
from services.runtime.settings import Settings
from tests.resolvers.transport.api import READY, running_api
from tests.resolvers.transport.journal import calm
from tests.resolvers.transport.raw import RawPeer, frame, raw_peer, small_buffers
from tests.waiting import eventually

LIVELY = Bounds(ping_seconds=0.1, silence_seconds=0.5)
PATIENT = Bounds(ping_seconds=0.1, silence_seconds=3)
SHORT_SEND = Bounds(send_seconds=0.3)
VERBOSE = "{ " + " ".join(f"a{number}: __typename" for number in range(40)) + " }"


async def test_a_silent_peer_is_closed_after_pings(settings: Settings) -> None:
    async with running_api(settings, LIVELY) as api:
        with calm():
            async with api.signed_in() as socket:
                assert json.loads(await socket.connection.recv()) == {"type": "ping"}
                assert await socket.close_code() == 4499


async def test_a_peer_that_answers_stays_whatever_it_says(settings: Settings) -> None:
    async with running_api(settings, PATIENT) as api, api.signed_in() as socket:
        until = monotonic() + PATIENT.silence_seconds + 1
        for answer in cycle(({"type": "pong"}, {"type": "complete", "id": "never"})):
            if monotonic() > until:
                break
            assert json.loads(await socket.connection.recv()) == {"type": "ping"}
            await socket.send(answer)
        assert socket.connection.close_code is None


def subscribe(number: int) -> dict[str, Any]:
    return {"type": "subscribe", "id": str(number), "payload": {"query": VERBOSE}}


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    return small_buffers(monkeypatch)


async def flood(peer: RawPeer) -> None:
    """Ask without ever reading, until the server has let go."""
    number = 0
    try:
        while not peer.writer.is_closing():
            number += 1
            await peer.say(subscribe(number))
            await asyncio.sleep(0)
    except ConnectionError:
        return


async def test_a_peer_that_does_not_read_is_dropped(settings: Settings, held: Callable[[], int]) -> None:
    async with running_api(settings, SHORT_SEND) as api:
        with calm() as entries:
            async with raw_peer(api) as peer:
                flooding = asyncio.create_task(flood(peer))
                await eventually(lambda: "socket_dropped" in [entry["event"] for entry in entries], 60, "the drop")
                await eventually(lambda: held() == 0, what="letting go")
                await flooding
        await eventually(lambda: not _of_sockets(), what="the end of its tasks")


async def test_a_peer_that_pings_and_does_not_read_is_dropped(settings: Settings, held: Callable[[], int]) -> None:
    async with running_api(settings) as api:
        with calm():
            async with raw_peer(api) as peer:
                with pytest.raises(ConnectionError):
                    await _ping_for_ever(peer)
                assert held() == 0


async def _ping_for_ever(peer: RawPeer) -> None:
    pings = frame(b"x" * 125, opcode=9) * 100
    while True:
        await peer.write(pings)
        if peer.writer.is_closing():
            raise ConnectionError


def _of_sockets() -> list[asyncio.Task[None]]:
    return [task for task in asyncio.all_tasks() if "run_asgi" in repr(task)]


async def test_a_server_that_stops_closes_with_1012(settings: Settings) -> None:
    async with AsyncExitStack() as left_open:
        async with running_api(settings) as api:
            socket = await left_open.enter_async_context(api.signed_in())
            await socket.subscribe("1", READY)
            assert (await socket.next())["type"] == "next"
        assert await socket.close_code() == 1012
