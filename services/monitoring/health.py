"""Is every part of the product there? Each is asked on its own and within a moment; one that hangs hides no other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import structlog
from redis.asyncio import Redis
from sqlalchemy import text

from db.engine import Database
from db.owner_guard import crossing
from db.queries import worker_heartbeats
from services.runtime.clock import Clock

log = structlog.get_logger(service="monitoring")

ASK_SECONDS = 2.0
WORKER_SILENT_AFTER_SECONDS = 20.0
"""A worker beats every 5 seconds."""


class Status(StrEnum):
    HEALTHY = "HEALTHY"
    DEGRADED = "DEGRADED"
    UNAVAILABLE = "UNAVAILABLE"


@dataclass(frozen=True, slots=True)
class Component:
    """`latency_ms`: how long it took to answer; None where it did not."""

    name: str
    status: Status
    detail: str | None
    latency_ms: float | None


class Queue(Protocol):
    """What health needs of the queue service."""

    async def answers(self) -> bool: ...


class Health:
    def __init__(
        self, database: Database, redis: Redis, queue: Queue, clock: Clock, *, ask_seconds: float = ASK_SECONDS
    ) -> None:
        self._database = database
        self._redis = redis
        self._queue = queue
        self._clock = clock
        self._ask_seconds = ask_seconds

    async def components(self) -> list[Component]:
        """Database, Redis, queue and worker, asked at the same time."""
        return list(
            await asyncio.gather(
                self._ask("database", self._ask_database),
                self._ask("redis", self._ask_redis),
                self._ask("queue", self._ask_queue),
                self._ask("worker", self._ask_worker),
            )
        )

    async def ready(self) -> bool:
        """Whether requests can be answered, which needs PostgreSQL alone."""
        return (await self._ask("database", self._ask_database)).status is Status.HEALTHY

    async def _ask(self, name: str, ask: Callable[[], Awaitable[str | None]]) -> Component:
        """`ask` gives what is wrong, or None; whatever it raises means that the component is not there."""
        began = self._clock.monotonic()
        try:
            async with asyncio.timeout(self._ask_seconds):
                trouble = await ask()
        except Exception as error:
            log.warning("component_unavailable", action="health", component=name, error=type(error).__name__)
            return Component(name, Status.UNAVAILABLE, "It does not answer.", None)
        latency = round((self._clock.monotonic() - began) * 1000, 1)
        return Component(name, Status.DEGRADED if trouble else Status.HEALTHY, trouble, latency)

    async def _ask_database(self) -> str | None:
        async with self._database.reads() as session:
            await session.execute(text("SELECT 1"), execution_options=crossing("is the database there"))
        return None

    async def _ask_redis(self) -> str | None:
        await self._redis.ping()
        return None

    async def _ask_queue(self) -> str | None:
        return None if await self._queue.answers() else "The queue service does not answer."

    async def _ask_worker(self) -> str | None:
        async with self._database.reads() as session:
            age = await worker_heartbeats.seconds_since_last(session)
        if age is None or age > WORKER_SILENT_AFTER_SECONDS:
            return "No worker is running: messages and imports wait."
        return None


def overall(components: list[Component]) -> Status:
    """Without the database nothing goes; without any other part some things wait."""
    if any(each.name == "database" and each.status is Status.UNAVAILABLE for each in components):
        return Status.UNAVAILABLE
    healthy = all(each.status is Status.HEALTHY for each in components)
    return Status.HEALTHY if healthy else Status.DEGRADED
