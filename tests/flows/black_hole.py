"""A proxy in front of PostgreSQL, Redis and SQS whose connections can die in silence; new ones work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

from services.runtime.settings import Settings

Connect = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


class BlackHole:
    def __init__(self) -> None:
        self._open: set[asyncio.Task[Any]] = set()
        self._writers: list[asyncio.StreamWriter] = []

    @property
    def open_connections(self) -> int:
        return len(self._open) // 2

    def swallow(self) -> None:
        """From now on nothing passes through the present connections, and nobody is told."""
        for task in self._open:
            task.cancel()
        self._open.clear()

    async def door(self, stack: AsyncExitStack, connect: Connect) -> int:
        """A port that leads to where `connect` leads."""

        async def meet(near_reader: asyncio.StreamReader, near_writer: asyncio.StreamWriter) -> None:
            far_reader, far_writer = await connect()
            self._writers += [near_writer, far_writer]
            for reader, writer in ((near_reader, far_writer), (far_reader, near_writer)):
                task = asyncio.create_task(_pass_on(reader, writer))
                self._open.add(task)
                task.add_done_callback(self._open.discard)

        server = await asyncio.start_server(meet, "127.0.0.1", 0)
        stack.callback(server.close)
        return int(server.sockets[0].getsockname()[1])

    def close(self) -> None:
        self.swallow()
        for writer in self._writers:
            writer.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(65536):
        writer.write(chunk)
        await writer.drain()
    writer.close()


@asynccontextmanager
async def black_hole(settings: Settings) -> AsyncIterator[tuple[BlackHole, dict[str, Any]]]:
    """The proxy, and the settings that lead through it."""
    database = urlsplit(settings.database_url.get_secret_value())
    folder = parse_qs(database.query)["host"][0]
    redis_host, redis_port = settings.redis_endpoint.rsplit(":", 1)
    sqs = urlsplit(settings.aws_endpoint_url_sqs or "")
    hole = BlackHole()
    async with AsyncExitStack() as stack:
        stack.callback(hole.close)
        postgres = await hole.door(stack, lambda: asyncio.open_unix_connection(f"{folder}/.s.PGSQL.5432"))
        redis = await hole.door(stack, lambda: asyncio.open_connection(redis_host, int(redis_port)))
        queue = await hole.door(stack, lambda: asyncio.open_connection(sqs.hostname, sqs.port))
        endpoint = f"http://127.0.0.1:{queue}"
        yield (
            hole,
            {
                "database_url": f"postgresql://postgres@127.0.0.1:{postgres}{database.path}",
                "redis_endpoint": f"127.0.0.1:{redis}",
                "aws_endpoint_url_sqs": endpoint,
                "aws_endpoint_url_cloudwatch": endpoint,
            },
        )
