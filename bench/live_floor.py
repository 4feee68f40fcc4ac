"""The floor of `bench.live`: the same websocket server and the same bytes, fanned out without GraphQL or a database.

`uvicorn bench.live_floor:app`; FLOOR_FRAME is a frame of the product in which `key=…;` stands for the event.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from services.live.channel import CHANNEL

ACK = '{"type":"connection_ack"}'
READY = '{"id":"1","type":"next","payload":{"data":{"inboxEvents":{"__typename":"InboxReady"}}}}'


class Floor:
    """Sockets by owner, and one subscription to Redis."""

    def __init__(self) -> None:
        self._sockets: dict[str, set[WebSocket]] = defaultdict(set)
        self._before, self._after = re.split(r"key=[0-9a-f]+:\d+;", os.environ["FLOOR_FRAME"])

    async def socket(self, socket: WebSocket) -> None:
        await socket.accept("graphql-transport-ws")
        await socket.receive_text()
        await socket.send_text(ACK)
        await socket.receive_text()
        here = self._sockets[socket.query_params["owner"]]
        here.add(socket)
        await socket.send_text(READY)
        try:
            while True:
                await socket.receive_text()
        except WebSocketDisconnect:
            here.discard(socket)

    @asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(self._listen())
        yield
        task.cancel()

    async def _listen(self) -> None:
        async with Redis.from_url(f"redis://{os.environ['REDIS_ENDPOINT']}") as redis, redis.pubsub() as subscription:
            await subscription.subscribe(CHANNEL)
            async for message in subscription.listen():
                if message["type"] == "message":
                    await self._fan_out(message["data"].decode())

    async def _fan_out(self, key: str) -> None:
        frame = f"{self._before}key={key};{self._after}"
        for socket in list(self._sockets[key.split(":", maxsplit=1)[0]]):
            await socket.send_text(frame)


def __getattr__(name: str) -> Starlette:
    if name == "app":
        floor = Floor()
        return Starlette(routes=[WebSocketRoute("/graphql", floor.socket)], lifespan=floor.lifespan)
    raise AttributeError(name)
