"""Waiting for a condition of the world outside, which sends no event."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

PAUSE_SECONDS = 0.05


async def met(condition: Callable[[], Awaitable[bool]], seconds: float) -> bool:
    """True as soon as the condition holds; False where it does not hold within so many seconds."""
    deadline = time.monotonic() + seconds
    while not (holds := await condition()) and time.monotonic() < deadline:  # noqa: ASYNC110 - no event tells
        await asyncio.sleep(PAUSE_SECONDS)
    return holds
