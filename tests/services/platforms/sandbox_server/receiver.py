"""A webhook address that keeps what it is sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.platforms.sandbox_server import running


@dataclass
class Receiver:
    """`refusals` requests are answered 500 before the first is taken."""

    refusals: int = 0
    url: str = ""
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def receive(self, request: Request) -> Response:
        self.taken.append((dict(request.headers), await request.body()))
        async with self.changed:
            self.changed.notify_all()
        return Response(status_code=500 if len(self.taken) <= self.refusals else 204)

    async def wait_for(self, count: int) -> None:
        async with asyncio.timeout(10), self.changed:
            await self.changed.wait_for(lambda: len(self.taken) >= count)


@asynccontextmanager
async def receiving(refusals: int = 0) -> AsyncIterator[Receiver]:
    receiver = Receiver(refusals)
    app = Starlette(routes=[Route("/hook", receiver.receive, methods=["POST"])])
    async with running(app) as url:
        receiver.url = f"{url}/hook"
        yield receiver
