"""A live stream outlives a part that is away: what it needs is asked for again, for as long as somebody watches."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from resolvers.masking import UNAVAILABLE

T = TypeVar("T")

log = structlog.get_logger(service="api")

FIRST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 2.0


class PartAway(Exception):
    """An execution met a part that is away; the parts of its result that lack are not worth showing."""


async def insist(call: Callable[[], Awaitable[T]], action: str) -> T:
    """What `call` gives, once it can. Raises whatever does not pass by itself."""
    pause = FIRST_PAUSE_SECONDS
    while True:
        try:
            return await call()
        except (*UNAVAILABLE, PartAway) as error:
            if pause == FIRST_PAUSE_SECONDS:
                log.warning("unavailable", action=action, error=type(error).__name__)
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
