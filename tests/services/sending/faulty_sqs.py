"""An HTTP proxy in front of an SQS server that fails on demand: throttles, forbids, cuts, mutilates answers, hangs."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

Forward = Callable[[dict[str, Any]], Awaitable[Response]]
Fault = Callable[[dict[str, Any], Forward], Awaitable[Response]]


class FaultySqs:
    """Each request takes the next of `faults`; without one it passes. `requests` holds (action, JSON body) of all."""

    def __init__(self, target: str, http: httpx.AsyncClient) -> None:
        self._target = target
        self._http = http
        self.url = ""
        self.faults: list[Fault] = []
        self.requests: list[tuple[str, dict[str, Any]]] = []

    @property
    def actions(self) -> list[str]:
        return [action for action, _ in self.requests]

    async def answer(self, request: Request) -> Response:
        headers = {name: value for name, value in request.headers.items() if name not in {"host", "content-length"}}
        body = json.loads(await request.body())
        self.requests.append((headers["x-amz-target"].removeprefix("AmazonSQS."), body))

        async def forward(changed: dict[str, Any]) -> Response:
            response = await self._http.post(self._target, content=json.dumps(changed), headers=headers)
            return Response(response.content, response.status_code, media_type="application/x-amz-json-1.0")

        return await (self.faults.pop(0) if self.faults else passes)(body, forward)


async def passes(body: dict[str, Any], forward: Forward) -> Response:
    return await forward(body)


def refuses(code: str, status: int = 400, message: str = "no") -> Fault:
    async def fault(body: dict[str, Any], forward: Forward) -> Response:
        return JSONResponse({"__type": f"com.amazonaws.sqs#{code}", "message": message}, status)

    return fault


def answers(content: bytes, status: int = 200) -> Fault:
    async def fault(body: dict[str, Any], forward: Forward) -> Response:
        return Response(content, status, media_type="application/x-amz-json-1.0")

    return fault


async def cuts(body: dict[str, Any], forward: Forward) -> Response:
    """The connection breaks in the middle of the answer, before anything was done."""

    async def half() -> AsyncIterator[bytes]:
        yield b'{"Succ'

    return StreamingResponse(half(), headers={"Content-Length": "100"})


async def does_and_cuts(body: dict[str, Any], forward: Forward) -> Response:
    """The messages are in the queue, and the answer is lost."""
    await forward(body)
    return await cuts(body, forward)


def hangs_until(gate: asyncio.Event) -> Fault:
    async def fault(body: dict[str, Any], forward: Forward) -> Response:
        await gate.wait()
        return Response(status_code=504)

    return fault


def refuses_entries(code: str, sender_fault: bool, *places: int) -> Fault:
    """The entries at these places of the batch are refused; the others pass."""

    async def fault(body: dict[str, Any], forward: Forward) -> Response:
        entries = body["Entries"]
        passing = [entry for place, entry in enumerate(entries) if place not in places]
        answer = json.loads(bytes((await forward({**body, "Entries": passing})).body)) if passing else {}
        failed = [{"Id": entries[place]["Id"], "Code": code, "SenderFault": sender_fault} for place in places]
        return JSONResponse({**answer, "Failed": failed})

    return fault


@asynccontextmanager
async def faulty_sqs(target: str) -> AsyncIterator[FaultySqs]:
    """Serves until the end of the block; `target` is the endpoint of the real server."""
    async with httpx.AsyncClient(trust_env=False) as http:
        proxy = FaultySqs(target, http)
        with socket.create_server(("127.0.0.1", 0)) as listening:
            proxy.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            app = Starlette(routes=[Route("/{path:path}", proxy.answer, methods=["POST"])])
            config = uvicorn.Config(app, log_level="critical", lifespan="off")
            server = uvicorn.Server(config)
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            try:
                yield proxy
            finally:
                server.should_exit = True
                await serving
