"""Serving the sandbox: a process of its own, or for the length of a block."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from services.platforms.sandbox_server.accounts import Account
from services.platforms.sandbox_server.app import build_app

_START_SECONDS = 10.0
_IDLE_SECONDS = 75
"""Longer than any client keeps a connection: who closes first may lose a request that is under way."""


class CuttableProtocol(H11Protocol):
    """Gives a request the means to reset its own connection (`request.state.cut`), for faults."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "cut": transport.abort}


class _Guest(uvicorn.Server):
    """Leaves the signals to the process it is a guest in, and tells when it serves."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.serving = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.serving.set()

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


async def serve(host: str, port: int, accounts: Sequence[Account] = ()) -> None:
    """Serve until SIGINT or SIGTERM."""
    await uvicorn.Server(_config(build_app(accounts), host, port, grace_seconds=2)).serve()


@asynccontextmanager
async def running(app: Starlette, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serve within the block and give the base address. Port 0: any free one. Raises TimeoutError, OSError."""
    listener = socket.create_server((host, port))
    server = _Guest(_config(app, host, port, grace_seconds=1))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        async with asyncio.timeout(_START_SECONDS):
            await server.serving.wait()
        yield f"http://{host}:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


def _config(app: Starlette, host: str, port: int, grace_seconds: int) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=CuttableProtocol,
        ws="none",
        loop="asyncio",
        lifespan="on",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=grace_seconds,
        timeout_keep_alive=_IDLE_SECONDS,
    )
