"""Serve an application on a real port within a test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette

from services.runtime.serving import UVICORN_OPTIONS
from tests.waiting import eventually


class _Guest(uvicorn.Server):
    """pytest keeps its own signal handlers."""

    def install_signal_handlers(self) -> None: ...


@asynccontextmanager
async def serving(app: Starlette, port: int) -> AsyncIterator[str]:
    """Gives the base address once the application answers."""
    options: dict[str, Any] = {**UVICORN_OPTIONS, "log_level": "warning", "lifespan": "on"}
    config = uvicorn.Config(app, port=port, timeout_graceful_shutdown=2, **options)
    server = _Guest(config)
    task = asyncio.create_task(server._serve())
    try:
        await eventually(lambda: server.started or task.done(), what="the server")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task
