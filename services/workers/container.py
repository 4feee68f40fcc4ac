"""What one Lambda container keeps from one invocation to the next: its event loop, and everything that is open.

Between two invocations the process is frozen. It does not notice that the other sides of its connections go away, so
after a pause it closes them and begins with new ones.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import TypeVar

import structlog

from services.monitoring import logs
from services.runtime.resources import Resources, open_resources
from services.runtime.settings import Settings, warnings
from services.workers.aws_event import Context
from services.workers.invocation import Invocations

FRESH_SECONDS = 5.0
"""Connections that were used so lately are taken to be alive."""

log = structlog.get_logger(service="worker")
ResultT = TypeVar("ResultT")
Work = Callable[[Invocations, Callable[[], float]], Awaitable[ResultT]]
"""Works on one event; the second argument tells the seconds that are left."""


class Container:
    """Nothing is opened before the first invocation."""

    def __init__(self) -> None:
        self._runner: asyncio.Runner | None = None
        # AWS ends a container without a word, so this is never closed; but whoever drops it closes what is on it.
        self._stack = AsyncExitStack()
        self._opened: tuple[Resources, Invocations] | None = None
        self._used_at = (0.0, 0.0)

    def run(self, work: Work[ResultT], context: Context) -> ResultT:
        """Work on one event, within the time of its invocation."""
        if self._runner is None:
            self._runner = asyncio.Runner()
        return self._runner.run(self._run(work, context))

    async def _run(self, work: Work[ResultT], context: Context) -> ResultT:
        with structlog.contextvars.bound_contextvars(requestId=context.aws_request_id):
            if self._opened is None:
                self._opened = await _open(self._stack)
            elif self._slept_seconds() > FRESH_SECONDS:
                log.info("container_thawed", action="start", sleptSeconds=round(self._slept_seconds(), 1))
                await self._opened[0].connections.forget()
            try:
                return await work(self._opened[1], lambda: context.get_remaining_time_in_millis() / 1000)
            finally:
                self._used_at = _clocks()

    def _slept_seconds(self) -> float:
        """By the clock that went further: one of them may have stood still meanwhile."""
        return max(now - before for now, before in zip(_clocks(), self._used_at, strict=True))


def _clocks() -> tuple[float, float]:
    return time.monotonic(), time.time()


async def _open(stack: AsyncExitStack) -> tuple[Resources, Invocations]:
    settings = Settings.from_environment()
    logs.configure(settings.log_level)
    for warning in warnings(settings):
        log.warning("setting", action="start", detail=warning)
    resources = await stack.enter_async_context(open_resources(settings, "huntaze-lambda"))
    log.info("container_started", action="start", sending=settings.rate_limiter_enabled)
    return resources, Invocations(resources)
