"""A stand-in for the API while the page is built: the contract's schema, a few answers kept in memory."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from inspect import isawaitable
from pathlib import Path
from typing import Any

import jwt
from graphql import ExecutionResult, build_schema, graphql, parse, subscribe, validate
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from resolvers.pages import graphiql_routes

Record = dict[str, Any]
LIMIT = {"messages": 10, "windowSeconds": 60, "minGapSeconds": 3.0}
ACCOUNT = {"id": "A1", "displayName": "Demo", "platform": "SANDBOX", "status": "CONNECTED", "rateLimit": LIMIT}


class Answers:
    """The root value: graphql-core calls the method named like the field, or reads the attribute."""

    def __init__(self) -> None:
        self.fans: dict[str, Record] = {}
        self.watchers: set[asyncio.Queue[Record]] = set()
        self.viewer = {"userId": "demo", "timeZone": "UTC", "inboxCursor": "1:0", "accounts": [ACCOUNT]}
        self.queueStatus = {
            "depth": 0,
            "inFlight": 0,
            "estimatedTimeSeconds": 0,
            "messagesQueuedToday": 0,
            "messagesProcessedToday": 0,
            "failureRate": 0.0,
            "health": "HEALTHY",
        }
        self.systemHealth = {"status": "HEALTHY", "components": [{"name": "database", "status": "HEALTHY"}]}

    def createFan(self, _: Any, **arguments: Record) -> Record:
        fan = {"tags": [], **arguments["input"], "id": uuid.uuid4().hex}
        self.fans[fan["id"]] = fan
        return {"fan": fan, "errors": []}

    def sendMessage(self, _: Any, **arguments: Record) -> Record:
        text, fan = arguments["input"]["text"], self.fans.get(arguments["input"]["fanId"])
        if fan is None:
            error = {"__typename": "OperationError", "code": "NOT_FOUND", "message": "There is no such fan."}
            return {"message": None, "errors": [error]}
        message = {"id": uuid.uuid4().hex, "text": text, "direction": "OUT", "status": "QUEUED"}
        message = {**message, "fan": fan, "delivery": {"waitReason": "RATE_LIMIT"}}
        for watcher in self.watchers:
            watcher.put_nowait(_event("MessageAdded", "1:1", message=message))
        return {"message": message, "errors": []}

    async def inboxEvents(self, _: Any, after: str | None = None, **__: Any) -> AsyncIterator[Record]:
        events: asyncio.Queue[Record] = asyncio.Queue()
        self.watchers.add(events)
        yield {"inboxEvents": _event("InboxReady", after or "1:0")}
        while True:
            yield {"inboxEvents": await events.get()}


def _event(kind: str, cursor: str, **more: Any) -> Record:
    return {"__typename": kind, "cursor": cursor, "occurredAt": datetime.now(UTC).isoformat(), **more}


class StandIn:
    """HTTP and `graphql-transport-ws` at `/graphql`, the page at `/graphiql`."""

    def __init__(self, sdl: str, dist: Path, secret: str) -> None:
        self._schema = build_schema(sdl)
        self._answers = Answers()
        self._secret = secret
        routes = [Route("/graphql", self._http, methods=["POST"]), WebSocketRoute("/graphql", self._socket)]
        self.app = Starlette(routes=[*routes, *graphiql_routes(dist)])

    def _welcome(self, carrier: Mapping[str, str]) -> bool:
        name = "Authorization" if "Authorization" in carrier else "authorization"
        try:
            jwt.decode(carrier.get(name, "").removeprefix("Bearer "), self._secret, algorithms=["HS256"])
        except jwt.InvalidTokenError:
            return False
        return True

    async def _http(self, request: Request) -> Response:
        if not self._welcome(request.headers):
            refusal = {"message": "Sign in first.", "extensions": {"code": "UNAUTHENTICATED"}}
            return JSONResponse({"errors": [refusal]}, status_code=401)
        body = await request.json()
        result = await graphql(
            self._schema,
            body["query"],
            root_value=self._answers,
            variable_values=body.get("variables"),
            operation_name=body.get("operationName"),
        )
        return JSONResponse(result.formatted)

    async def _socket(self, socket: WebSocket) -> None:
        await socket.accept("graphql-transport-ws")
        init = await socket.receive_json()
        if not self._welcome(init.get("payload") or {}):
            await socket.close(4403, "Forbidden")
            return
        await socket.send_json({"type": "connection_ack"})
        running: dict[str, asyncio.Task[None]] = {}
        try:
            while True:
                message = await socket.receive_json()
                if message["type"] == "subscribe":
                    running[message["id"]] = asyncio.create_task(self._stream(socket, message))
                elif message["type"] == "complete":
                    running.pop(message["id"]).cancel()
        except WebSocketDisconnect:
            for task in running.values():
                task.cancel()

    async def _stream(self, socket: WebSocket, message: Record) -> None:
        document = parse(message["payload"]["query"])
        assert validate(self._schema, document) == []
        variables = message["payload"].get("variables")
        started = subscribe(self._schema, document, root_value=self._answers, variable_values=variables)
        results = await started if isawaitable(started) else started
        assert not isinstance(results, ExecutionResult), results.errors
        async for result in results:
            await socket.send_json({"type": "next", "id": message["id"], "payload": result.formatted})
