"""Two reasons to end a socket that has done nothing wrong: its peer is silent, or its token has expired."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import datetime

from resolvers.transport.bounds import Bounds
from resolvers.transport.frames import Frames
from services.runtime.clock import Clock

LONGEST_NAP_SECONDS = 30.0
"""A machine that was suspended notices within this; its sleeps do not count the night."""


async def until_silent(frames: Frames, ping: Callable[[], Awaitable[None]], bounds: Bounds) -> None:
    """Pings the peer; returns when nothing was heard of it for too long. Raises what `ping` raises.

    A thousand peers that came back together, after a restart, are not pinged together for ever.
    """
    now = asyncio.get_running_loop().time
    frames.heard_at, next_ping = now(), now() + bounds.ping_seconds * random.uniform(0.25, 1)  # noqa: S311 - jitter
    while now() < (end := frames.heard_at + bounds.silence_seconds):
        if now() >= next_ping:
            await ping()
            next_ping = now() + bounds.ping_seconds
        await asyncio.sleep(min(next_ping, end) - now())


async def until(moment: datetime, clock: Clock) -> None:
    """Returns when the clock has reached the moment."""
    while (left := (moment - clock.now()).total_seconds()) > 0:
        await clock.sleep(min(left, LONGEST_NAP_SECONDS))
