"""The served API, tokens for it, and raw frames to it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from resolvers.transport.bounds import Bounds
from server import build_app
from services.devstack.ports import free_port
from services.runtime.settings import Settings
from tests.flows.graphql_client import SUBPROTOCOL, token_for
from tests.flows.serving import serving

READY = "subscription { inboxEvents { __typename } }"


@dataclass(frozen=True, slots=True)
class Api:
    settings: Settings
    url: str

    @property
    def socket_url(self) -> str:
        return self.url.replace("http", "ws", 1) + "/graphql"

    def token(self, subject: str = "mia", **claims: Any) -> str:
        assert self.settings.jwt_secret is not None
        return token_for(self.settings.jwt_secret.get_secret_value(), subject, **claims)

    @asynccontextmanager
    async def socket(
        self, protocols: tuple[Subprotocol, ...] = (SUBPROTOCOL,), **options: Any
    ) -> AsyncIterator[Frames]:
        """A socket on which nothing was said yet."""
        async with connect(self.socket_url, subprotocols=protocols or None, **options) as connection:
            yield Frames(connection)

    @asynccontextmanager
    async def signed_in(self, token: str | None = None, **options: Any) -> AsyncIterator[Frames]:
        async with self.socket(**options) as frames:
            await frames.init(token or self.token())
            assert await frames.next() == {"type": "connection_ack"}
            yield frames


class Frames:
    """Sends and expects frames."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def send(self, *messages: Any) -> None:
        for message in messages:
            await self.connection.send(json.dumps(message))

    async def init(self, token: str) -> None:
        await self.send({"type": "connection_init", "payload": {"Authorization": f"Bearer {token}"}})

    async def subscribe(self, identifier: str, query: str, **payload: Any) -> None:
        await self.send({"type": "subscribe", "id": identifier, "payload": {"query": query, **payload}})

    async def next(self, deadline: float = 10) -> dict[str, Any]:
        """The next frame that is no ping."""
        async with asyncio.timeout(deadline):
            while (found := json.loads(await self.connection.recv()))["type"] == "ping":
                pass
        assert isinstance(found, dict)
        return found

    async def close_code(self, deadline: float = 10) -> int | None:
        """The code the server closes with; whatever it sends before is passed over."""
        try:
            async with asyncio.timeout(deadline):
                while True:
                    await self.connection.recv()
        except ConnectionClosed:
            return self.connection.close_code


@asynccontextmanager
async def running_api(settings: Settings, bounds: Bounds | None = None, port: int | None = None) -> AsyncIterator[Api]:
    """`bounds`: shorter ones, for tests of what happens at their end."""
    port = port or free_port()
    settings = settings.model_copy(update={"port": port, "statement_guard": True})
    async with serving(build_app(settings, bounds), port) as url:
        yield Api(settings, url)
