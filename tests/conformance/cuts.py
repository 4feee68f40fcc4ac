"""What cuts a client off: its connections break, Redis loses its subscribers or is killed, an API process is killed."""

from __future__ import annotations

import asyncio
import os
import signal
import socket as sockets
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from random import Random
from subprocess import Popen

from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.devstack.ports import free_port
from services.devstack.redis import EmbeddedRedis
from services.runtime.settings import Settings
from tests.parts import start_redis
from tests.resolvers.transport.api_process import started

SMALL_BUFFER = 4096


class Line:
    """Carries one client's connections to API processes, each to one chosen by chance; can be cut, and blocked.

    `flows`: while it is not set, nothing is read of what the processes say.
    """

    def __init__(self, chance: Random, ports: Sequence[int]) -> None:
        self.port = free_port()
        self._chance = chance
        self._ports = ports
        self.flows = asyncio.Event()
        self.flows.set()
        self._writers: set[asyncio.StreamWriter] = set()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Line]:
        server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        try:
            yield self
        finally:
            server.close()
            self.cut()

    def cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there = await _connected(self._chance.choice(self._ports))
        except OSError:  # that process was killed a moment ago
            writer.transport.abort()
            return
        both = {writer, there[1]}
        self._writers |= both
        always = asyncio.Event()
        always.set()
        await asyncio.gather(_carry(reader, there[1], always), _carry(there[0], writer, self.flows))
        self._writers -= both


async def _connected(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """With small buffers, so that it shows soon when nothing flows."""
    plain = sockets.socket()
    plain.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, SMALL_BUFFER)
    plain.setblocking(False)
    await asyncio.get_running_loop().sock_connect(plain, ("127.0.0.1", port))
    return await asyncio.open_connection(sock=plain, limit=SMALL_BUFFER)


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, flows: asyncio.Event) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(SMALL_BUFFER):
            await flows.wait()
            writer.write(data)
            await writer.drain()
    writer.transport.abort()


class Cuts:
    """All that can be cut, and a list of what was."""

    def __init__(
        self, chance: Random, settings: Settings, redis: EmbeddedRedis, log: Path, stack: AsyncExitStack
    ) -> None:
        self.done: list[str] = []
        self.ports = [free_port(), free_port()]
        self.lines: list[Line] = []
        self._chance = chance
        self._settings = settings
        self._redis = redis
        self._log = stack.enter_context(log.open("wb"))
        self._stack = stack
        self._processes: dict[int, asyncio.subprocess.Process] = {}
        self._servers: list[Popen[bytes]] = []

    async def start(self, clients: int) -> None:
        """Two API processes, and a line for each client."""
        await asyncio.gather(*map(self._start, self.ports))
        for _ in range(clients):
            line = Line(self._chance, self.ports)
            self.lines.append(await self._stack.enter_async_context(line.open()))

    async def cut_a_line(self) -> None:
        self._chance.choice(self.lines).cut()

    async def cut_subscriptions(self) -> None:
        """redis-py connects again without an exception, and what passes meanwhile passes unheard."""
        with suppress(RedisError, OSError):
            async with Redis.from_url(f"redis://{self._redis.endpoint}") as redis:
                await redis.client_kill_filter(_type="pubsub")

    async def kill_redis(self) -> None:
        pid = int((self._redis.folder / "redis.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(self._chance.uniform(0, 0.3))
        server = start_redis(self._redis)
        self._stack.callback(server.wait)
        self._stack.callback(server.kill)
        await self._redis.wait_until_ready()

    async def kill_an_api(self) -> None:
        port = self._chance.choice(self.ports)
        self._processes[port].kill()
        await self._processes[port].wait()
        await self._start(port)

    async def one(self) -> None:
        """By chance; the gentle ones more often."""
        cut = self._chance.choice([self.cut_a_line] * 6 + [self.cut_subscriptions] * 3 + [self.kill_redis])
        self.done.append(cut.__name__)
        await cut()

    async def _start(self, port: int) -> None:
        settings = self._settings.model_copy(update={"port": port})
        _, self._processes[port] = await self._stack.enter_async_context(started(settings, self._log))
