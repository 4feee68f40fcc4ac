"""An end for every operation: by its deadline, or when nobody waits for it any more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import structlog
from graphql import OperationType

from resolvers.transport.body import ClientGone
from resolvers.transport.bounds import Bounds
from services.monitoring.logs import traced

T = TypeVar("T")
Kind = Callable[[], OperationType]

log = structlog.get_logger(service="api")

CANCEL_SECONDS = 1.0


class TookTooLong(Exception):
    """The deadline has passed. A query was cancelled; a mutation may still complete."""


class Deadlines:
    """Runs operations. Queries are cancelled early; mutations go on unseen, for a bounded time."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._going_on: set[asyncio.Task[Any]] = set()

    async def run(self, work: Coroutine[Any, Any, T], kind: Kind, gone: Coroutine[Any, Any, None] | None = None) -> T:
        """The result of `work`. Raises TookTooLong, ClientGone once `gone` returns, and what `work` raises.

        `kind` is asked only if the end comes early. A subscription has no deadline.
        """
        task = asyncio.create_task(work)
        watch = asyncio.create_task(gone) if gone else None
        try:
            await self._wait(task, watch, kind)
            if task.done():
                return task.result()
            raise ClientGone if watch and watch.done() else TookTooLong
        finally:
            if watch:
                watch.cancel()
            if not task.done():
                await self._leave(task, kind())

    async def _wait(self, task: asyncio.Task[T], watch: asyncio.Task[None] | None, kind: Kind) -> None:
        waiting: set[asyncio.Task[Any]] = {task, watch} if watch else {task}
        seconds = self._bounds.operation_seconds
        done, _ = await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if not done and kind() is OperationType.SUBSCRIPTION:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)

    async def _leave(self, task: asyncio.Task[Any], kind: OperationType) -> None:
        task.add_done_callback(_look_at)
        if kind is not OperationType.MUTATION:
            task.cancel()
            await asyncio.wait({task}, timeout=CANCEL_SECONDS)
            return
        self._going_on.add(task)
        task.add_done_callback(self._going_on.discard)
        end = asyncio.get_running_loop().call_later(self._bounds.mutation_grace_seconds, task.cancel)
        task.add_done_callback(lambda _: end.cancel())

    async def drain(self) -> None:
        """Give mutations that still go on a moment; what is cut off then is as after a crash, and is swept up."""
        for seconds in (self._bounds.drain_seconds, CANCEL_SECONDS):
            if self._going_on:
                await asyncio.wait(self._going_on, timeout=seconds)
            for task in self._going_on:
                task.cancel()


def _look_at(task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.error("unexpected_error", action="operation", **traced(error))
