"""A websocket spoken byte by byte, for peers that break the rules or do not read."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import socket as sockets
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from resolvers.transport import connection
from tests.flows.graphql_client import SUBPROTOCOL
from tests.resolvers.transport.api import Api

SMALL_BUFFER = 4096


class RawPeer:
    """Reads only when asked to."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def say(self, message: Any) -> None:
        await self.write(frame(json.dumps(message).encode()))

    async def write(self, data: bytes) -> None:
        self.writer.write(data)
        await asyncio.wait_for(self.writer.drain(), 30)

    async def until(self, text: bytes, deadline: float = 10) -> None:
        """Read up to the frame that holds this."""
        async with asyncio.timeout(deadline):
            while text not in (await self._frame())[1]:
                pass

    async def close_code(self, deadline: float = 10) -> int | None:
        """Of the close frame that ends what comes; None where it ends without."""
        async with asyncio.timeout(deadline):
            while True:
                try:
                    opcode, payload = await self._frame()
                except (asyncio.IncompleteReadError, ConnectionError):
                    return None
                if opcode == 8:
                    return int.from_bytes(payload[:2], "big")

    async def _frame(self) -> tuple[int, bytes]:
        first, second = await self.reader.readexactly(2)
        length = second & 127
        if length >= 126:
            length = int.from_bytes(await self.reader.readexactly(2 if length == 126 else 8), "big")
        return first & 15, await self.reader.readexactly(length)


@asynccontextmanager
async def raw_peer(api: Api, subject: str = "mia") -> AsyncIterator[RawPeer]:
    """Signed in, with small buffers, so that it shows soon when it does not read."""
    plain = sockets.socket()
    plain.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, SMALL_BUFFER)
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
    peer = RawPeer(reader, writer)
    await peer.say({"type": "connection_init", "payload": {"Authorization": f"Bearer {api.token(subject)}"}})
    await reader.readuntil(b'connection_ack"}')
    try:
        yield peer
    finally:
        writer.transport.abort()


def frame(payload: bytes, opcode: int = 1, *, final: bool = True, reserved: int = 0, masked: bool = True) -> bytes:
    """One frame; a mask of zeros leaves the bytes as they are. `reserved`: the bits RSV1 to RSV3."""
    length, mask = len(payload), 0x80 if masked else 0
    if length < 126:
        size = bytes([mask | length])
    elif length < 1 << 16:
        size = bytes([mask | 126]) + struct.pack("!H", length)
    else:
        size = bytes([mask | 127]) + struct.pack("!Q", length)
    return bytes([final << 7 | reserved << 4 | opcode]) + size + (bytes(4) if masked else b"") + payload


def small_buffers(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """The server's buffers in the kernel are small, too. Gives how many connections it holds."""
    made: list[connection.Connection] = []
    original = connection.Connection.connection_made

    def connection_made(self: connection.Connection, transport: asyncio.BaseTransport) -> None:
        transport.get_extra_info("socket").setsockopt(sockets.SOL_SOCKET, sockets.SO_SNDBUF, SMALL_BUFFER)
        made.append(self)
        original(self, transport)

    monkeypatch.setattr(connection.Connection, "connection_made", connection_made)
    monkeypatch.setattr(connection, "LINGER_SECONDS", 0.2)
    return lambda: sum(not each.disconnected for each in made)
