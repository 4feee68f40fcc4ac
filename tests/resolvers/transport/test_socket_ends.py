"""Sockets that end by themselves: silent peers, peers that do not read, a server that stops."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import socket as sockets
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from resolvers.transport import connection
from resolvers.transport.bounds import Bounds
from services.runtime.settings import Settings
from tests.flows.graphql_client import SUBPROTOCOL
from tests.resolvers.transport.api import READY, Api, running_api
from tests.resolvers.transport.journal import calm
from tests.waiting import eventually

LIVELY = Bounds(ping_seconds=0.1, silence_seconds=0.5)
SHORT_SEND = Bounds(send_seconds=0.3)
VERBOSE = "{ " + " ".join(f"a{number}: __typename" for number in range(40)) + " }"


async def test_a_silent_peer_is_closed_after_pings(settings: Settings) -> None:
    async with running_api(settings, LIVELY) as api:
        with calm():
            async with api.signed_in() as socket:
                assert json.loads(await socket.connection.recv()) == {"type": "ping"}
                assert await socket.close_code() == 4499


async def test_a_peer_that_answers_stays_whatever_it_says(settings: Settings) -> None:
    async with running_api(settings, LIVELY) as api, api.signed_in() as socket:
        for answer in ({"type": "pong"}, {"type": "complete", "id": "never"}) * 6:
            assert json.loads(await socket.connection.recv()) == {"type": "ping"}
            await socket.send(answer)
        assert socket.connection.close_code is None


@asynccontextmanager
async def stalled(api: Api) -> AsyncIterator[asyncio.StreamWriter]:
    """A signed-in socket whose peer reads nothing, with small buffers, so that it shows soon."""
    plain = sockets.socket()
    plain.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    plain.setblocking(False)
    await asyncio.get_running_loop().sock_connect(plain, ("127.0.0.1", api.settings.port))
    reader, writer = await asyncio.open_connection(sock=plain, limit=1024)
    key = base64.b64encode(os.urandom(16)).decode()
    head = (
        "GET /graphql HTTP/1.1",
        "Host: x",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
    )
    more = (f"Sec-WebSocket-Key: {key}", f"Sec-WebSocket-Protocol: {SUBPROTOCOL}", "", "")
    writer.write("\r\n".join((*head, *more)).encode())
    await reader.readuntil(b"\r\n\r\n")
    writer.write(frame(json.dumps({"type": "connection_init", "payload": {"Authorization": f"Bearer {api.token()}"}})))
    await reader.readuntil(b"connection_ack")
    try:
        yield writer
    finally:
        writer.transport.abort()


def frame(text: str, opcode: int = 1) -> bytes:
    """One masked frame; a mask of zeros leaves the bytes as they are."""
    payload = text.encode()
    length = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + struct.pack("!H", len(payload))
    return bytes([0x80 | opcode]) + length + bytes(4) + payload


def subscribe(number: int) -> bytes:
    return frame(json.dumps({"type": "subscribe", "id": str(number), "payload": {"query": VERBOSE}}))


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How many connections the server holds. Their buffers in the kernel are small, so that a full one shows soon."""
    made: list[connection.Connection] = []
    original = connection.Connection.connection_made

    def connection_made(self: connection.Connection, transport: asyncio.BaseTransport) -> None:
        transport.get_extra_info("socket").setsockopt(sockets.SOL_SOCKET, sockets.SO_SNDBUF, 4096)
        made.append(self)
        original(self, transport)

    monkeypatch.setattr(connection.Connection, "connection_made", connection_made)
    monkeypatch.setattr(connection, "LINGER_SECONDS", 0.2)
    return lambda: sum(not each.disconnected for each in made)


async def flood(writer: asyncio.StreamWriter) -> None:
    """Ask without ever reading, until the server has let go."""
    number = 0
    try:
        while not writer.is_closing():
            number += 1
            writer.write(subscribe(number))
            await asyncio.wait_for(writer.drain(), 30)
            await asyncio.sleep(0)
    except ConnectionError:
        return


async def test_a_peer_that_does_not_read_is_dropped(settings: Settings, held: Callable[[], int]) -> None:
    async with running_api(settings, SHORT_SEND) as api:
        with calm() as entries:
            async with stalled(api) as writer:
                flooding = asyncio.create_task(flood(writer))
                await eventually(lambda: "socket_dropped" in [entry["event"] for entry in entries], 20, "the drop")
                await eventually(lambda: held() == 0, what="letting go")
                await flooding
        await eventually(lambda: not _of_sockets(), what="the end of its tasks")


async def test_a_peer_that_pings_and_does_not_read_is_dropped(settings: Settings, held: Callable[[], int]) -> None:
    async with running_api(settings) as api:
        with calm():
            async with stalled(api) as writer:
                with pytest.raises(ConnectionError):
                    await _ping_for_ever(writer)
                assert held() == 0


async def _ping_for_ever(writer: asyncio.StreamWriter) -> None:
    pings = frame("x" * 125, opcode=9) * 100
    while True:
        writer.write(pings)
        await asyncio.wait_for(writer.drain(), 10)
        if writer.is_closing():
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
