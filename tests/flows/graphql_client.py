"""A GraphQL client over real sockets: HTTP for operations, `graphql-transport-ws` for subscriptions."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

SUBPROTOCOL = Subprotocol("graphql-transport-ws")


def token_for(secret: str, subject: str, **claims: Any) -> str:
    now = datetime.now(UTC)
    return jwt.encode({"sub": subject, "iat": now, "exp": now + timedelta(hours=1)} | claims, secret, "HS256")


@dataclass(frozen=True, slots=True)
class File:
    """A variable that is uploaded."""

    name: str
    content: bytes


class Subscription:
    """The events of one subscription, kept as they come."""

    def __init__(self, socket: ClientConnection, identifier: str) -> None:
        self._socket = socket
        self._identifier = identifier
        self.events: list[dict[str, Any]] = []

    async def next(self, deadline: float = 30) -> dict[str, Any]:
        """The next event's data. Fails on errors, and when none comes in time."""
        async with asyncio.timeout(deadline):
            while True:
                frame = json.loads(await self._socket.recv())
                if frame["type"] == "ping":
                    await self._socket.send('{"type":"pong"}')
                    continue
                assert frame["type"] == "next", frame
                assert frame["id"] == self._identifier
                assert "errors" not in frame["payload"], frame
                data: dict[str, Any] = next(iter(frame["payload"]["data"].values()))
                self.events.append(data)
                return data

    async def until(self, kind: str, deadline: float = 30, **fields: Any) -> dict[str, Any]:
        """The next event of this type with these values; the others are kept in `events`."""
        async with asyncio.timeout(deadline):
            while True:
                event = await self.next(deadline)
                if event["__typename"] == kind and all(event.get(name) == value for name, value in fields.items()):
                    return event


class GraphQLClient:
    """Signed in as one user of the product at `url`."""

    def __init__(self, http: httpx.AsyncClient, url: str, token: str) -> None:
        self.http = http
        self.url = url
        self.token = token

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def post(self, query: str, variables: dict[str, Any] | None = None) -> httpx.Response:
        """As JSON; as a multipart request where one of the variables is a file."""
        values = variables or {}
        files = {name: value for name, value in values.items() if isinstance(value, File)}
        body = {"query": query, "variables": values | dict.fromkeys(files)}
        if not files:
            return await self.http.post(f"{self.url}/graphql", json=body, headers=self.headers)
        parts: dict[str, Any] = {
            "operations": (None, json.dumps(body)),
            "map": (None, json.dumps({name: [f"variables.{name}"] for name in files})),
            **{name: (file.name, file.content, "text/csv") for name, file in files.items()},
        }
        return await self.http.post(f"{self.url}/graphql", files=parts, headers=self.headers)

    async def run(self, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """The data of an operation that must not fail."""
        answer = (await self.post(query, variables)).json()
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    async def fails(self, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """The first error of an operation that must fail."""
        answer = (await self.post(query, variables)).json()
        assert answer.get("errors"), answer
        error: dict[str, Any] = answer["errors"][0]
        return error

    @asynccontextmanager
    async def subscribe(self, query: str, variables: dict[str, Any] | None = None) -> AsyncIterator[Subscription]:
        address = self.url.replace("http", "ws", 1) + "/graphql"
        # Without a bound: who leaves with frames unread would wait ten seconds for the other's goodbye behind them.
        async with connect(address, subprotocols=[SUBPROTOCOL], max_queue=None) as socket:
            await socket.send(json.dumps({"type": "connection_init", "payload": self.headers}))
            assert json.loads(await socket.recv())["type"] == "connection_ack"
            payload = {"query": query, "variables": variables or {}}
            await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
            yield Subscription(socket, "1")
