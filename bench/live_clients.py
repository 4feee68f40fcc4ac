"""Many raw websocket clients in one process, cheap enough to measure a server by; driven by `bench.live`.

Reads one JSON object from standard input: where to connect, and what each socket says. Prints `{"ready": …}` once every
socket has had its first event; on the next line, the path of a file with the moments of the commits, it prints what
came when.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import sys
import time
from array import array
from base64 import b64encode
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import uvloop

KEY = re.compile(rb"key=([0-9a-f]+:\d+);")
PONG = b'{"type":"pong"}'
QUIET_SECONDS = 2.0
WARM_UP_SECONDS = 2.0
"""Server, clients and writer run what they have just loaded for the first time."""
AT_ONCE = 50
SMALL_BUFFER = 4096


def masked(payload: bytes, opcode: int = 1) -> bytes:
    """A client's frame; a mask of zeros leaves the bytes as they are."""
    length = len(payload)
    head = bytes([0x80 | length]) if length < 126 else b"\xfe" + length.to_bytes(2, "big")
    return bytes([0x80 | opcode]) + head + bytes(4) + payload


class Client(asyncio.Protocol):
    """One socket: it signs in, subscribes, and notes when which event came."""

    def __init__(self, clients: Clients, said: dict[str, Any]) -> None:
        self._clients = clients
        self._said = said
        self._buffer = b""
        self._open = False
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        key = b64encode(os.urandom(16)).decode()
        self._transport.write(
            f"GET {self._said['path']} HTTP/1.1\r\nHost: bench\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
            "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        data = self._buffer + data if self._buffer else data
        place = 0
        if not self._open:
            if b"\r\n\r\n" not in data:
                self._buffer = data
                return
            place, self._open = data.index(b"\r\n\r\n") + 4, True
            self._transport.write(masked(json.dumps(self._said["init"]).encode()))
        while (end := _end_of_frame(data, place)) <= len(data):
            self._frame(data[place] & 15, data[end - _length(data, place)[0] : end], now)
            place = end
        self._buffer = data[place:]

    def connection_lost(self, _error: Exception | None) -> None:
        self._clients.closed += 1

    def _frame(self, opcode: int, payload: bytes, now: float) -> None:
        if opcode == 9:
            self._transport.write(masked(payload, 10))
        elif opcode == 1:
            if found := KEY.search(payload):
                self._clients.came(found[1], now, payload)
            elif payload.startswith(b'{"type":"ping"'):
                self._transport.write(masked(PONG))
            elif b"connection_ack" in payload:
                self._transport.write(masked(json.dumps(self._said["subscribe"]).encode()))
            elif b"InboxReady" in payload:
                self._ready()
            else:
                self._clients.strange.append(payload.decode()[:300])

    def _ready(self) -> None:
        self._clients.ready += 1
        if self._said.get("deaf"):
            self._transport.pause_reading()


class Clients:
    """All sockets, and what came to them."""

    def __init__(self) -> None:
        self.ready = self.closed = 0
        self.keys: list[bytes] = []
        self.moments = array("d")
        self.strange: list[str] = []
        self.sample = b""

    def came(self, key: bytes, now: float, payload: bytes) -> None:
        self.keys.append(key)
        self.moments.append(now)
        self.sample = self.sample or payload


def _length(data: bytes, place: int) -> tuple[int, int]:
    """Of the payload, and of the head before it."""
    short = data[place + 1] & 127
    if short < 126:
        return short, 2
    size = 2 if short == 126 else 8
    return int.from_bytes(data[place + 2 : place + 2 + size], "big"), 2 + size


def _end_of_frame(data: bytes, place: int) -> int:
    if len(data) - place < 2 or (data[place + 1] & 127 >= 126 and len(data) - place < 10):
        return len(data) + 1
    length, head = _length(data, place)
    return place + head + length


async def _speak(loop: asyncio.AbstractEventLoop, made: Callable[[], Client], plain: socket.socket) -> None:
    await loop.create_connection(made, sock=plain)


async def _connected(port: int, buffer: int | None) -> socket.socket:
    """With a small buffer, the kernel takes little for who never reads."""
    plain = socket.socket()
    plain.setblocking(False)
    if buffer:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    await asyncio.get_running_loop().sock_connect(plain, ("127.0.0.1", port))
    return plain


async def connect_all(clients: Clients, port: int, said: list[dict[str, Any]]) -> None:
    """A few at a time, so that none of the handshakes is refused."""
    loop = asyncio.get_running_loop()
    for begin in range(0, len(said), AT_ONCE):
        some = said[begin : begin + AT_ONCE]
        made = (partial(Client, clients, each) for each in some)
        sockets = [await _connected(port, SMALL_BUFFER if each["deaf"] else None) for each in some]
        await asyncio.gather(*map(partial(_speak, loop), made, sockets))
        while clients.ready + clients.closed < begin + len(some):  # noqa: ASYNC110 - batches, not single clients
            await asyncio.sleep(0.005)


async def until_quiet(clients: Clients, expected: int) -> None:
    """All came, or nothing more comes."""
    seen = -1
    while len(clients.keys) < expected and seen != len(clients.keys):
        seen = len(clients.keys)
        await asyncio.sleep(QUIET_SECONDS)


def verdict(clients: Clients, commits: dict[str, float], hearers: dict[str, int]) -> dict[str, Any]:
    """Delays in milliseconds, without the first seconds. `hearers`: how many sockets each event was for."""
    counts = Counter(clients.keys)
    due = sum(hearers.values())
    begin = min(commits.values()) + WARM_UP_SECONDS
    told = ((moment, commits[key.decode()]) for key, moment in zip(clients.keys, clients.moments, strict=True))
    delays = sorted((moment - committed) * 1000 for moment, committed in told if committed >= begin)
    times = os.times()
    return {
        "due": due,
        "delivered": sum(min(counts[key.encode()], number) for key, number in hearers.items()),
        "twice": sum(max(0, counts[key.encode()] - number) for key, number in hearers.items()),
        "p50": delays[len(delays) // 2] if delays else None,
        "p99": delays[int(len(delays) * 0.99)] if delays else None,
        "worst": delays[-1] if delays else None,
        "closed": clients.closed,
        "cpu": times.user + times.system,
        "strange": clients.strange[:3],
    }


async def main() -> None:
    loop = asyncio.get_running_loop()
    given = json.loads(await loop.run_in_executor(None, sys.stdin.readline))
    clients = Clients()
    await connect_all(clients, given["port"], given["said"])
    before = os.times()
    print(json.dumps({"ready": clients.ready, "strange": clients.strange[:3]}), flush=True)
    told = json.loads(await loop.run_in_executor(None, sys.stdin.readline))
    await until_quiet(clients, sum(told["hearers"].values()))
    found = verdict(clients, told["commits"], told["hearers"])
    found["cpu"] -= before.user + before.system
    print(json.dumps(found | {"sample": clients.sample.decode()}), flush=True)


if __name__ == "__main__":
    uvloop.run(main())
