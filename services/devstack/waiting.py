"""Waiting for a condition of the world outside, which sends no event."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

PAUSE_SECONDS = 0.05
LONGER_THAN_ASKING = 4


async def met(condition: Callable[[], Awaitable[bool]], seconds: float) -> bool:
    """True as soon as the condition holds; False where it does not hold within so many seconds."""
    deadline = time.monotonic() + seconds
    asked = time.monotonic()
    while not (holds := await condition()) and (now := time.monotonic()) < deadline:
        # Not so often that whoever is waited for is held up by being asked.
        await asyncio.sleep(max(PAUSE_SECONDS, LONGER_THAN_ASKING * (now - asked)))
        asked = time.monotonic()
    return holds
