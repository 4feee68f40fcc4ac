"""The sockets that a process keeps open between two uses."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

import structlog
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

log = structlog.get_logger(service="runtime")

CLOSE_SECONDS = 1.0


class Reopening(Protocol):
    async def reopen(self) -> None: ...


class Connections:
    """PostgreSQL's pool, Redis' pool, and the clients of AWS."""

    def __init__(self, engine: AsyncEngine, redis: Redis, clients: Sequence[Reopening]) -> None:
        self._engine = engine
        self._redis = redis
        self._clients = clients

    async def forget(self) -> None:
        """Close them all, so that the next use opens new ones: the other sides may have gone away unseen."""
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._engine.dispose()
        except (TimeoutError, OSError):
            log.warning("pool_not_closed", action="forget")
            await self._engine.dispose(close=False)
        await self._redis.connection_pool.disconnect()
        for client in self._clients:
            await client.reopen()
