"""Rolling windows in Redis, for all API processes together; each step is one script, and the time is Redis's own."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

from redis.asyncio import Redis

from services.access.allowance import Allowance, Standing

SCRIPT = """
local log, limit, window, wanted = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local function at(index) return tonumber(redis.call('LINDEX', log, index) or nil) end

local oldest = at(0)
while oldest and oldest <= now - window do
  redis.call('LPOP', log)
  oldest = at(0)
end

local used, granted = redis.call('LLEN', log), 0
if wanted == '1' and used < limit then
  redis.call('RPUSH', log, string.format('%.0f', now))
  redis.call('PEXPIRE', log, math.ceil(window / 1000))
  used, granted = used + 1, 1
end
local free_at = used >= limit and at(used - limit) + window or now
return { granted, used, free_at - now, used > 0 and at(-1) + window or 0 }
"""
CALLS_AT_A_TIME = 20
"""Of one process, so that a rush does not use up the client's connections."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class SharedWindows:
    """One list of moments, in microseconds, for each owner and operation; it expires with its last entry."""

    def __init__(self, redis: Redis) -> None:
        self._script = redis.register_script(SCRIPT)
        self._calls = asyncio.Semaphore(CALLS_AT_A_TIME)

    async def standing(self, owner: UUID, allowance: Allowance, *, take: bool) -> Standing:
        """Count one more if `take` and there is room. Raises redis-py's errors while Redis is away."""
        window = timedelta(seconds=allowance.window_seconds) // timedelta(microseconds=1)
        async with self._calls:
            answer = await self._script(
                keys=[f"allowance:{owner}:{allowance.operation}"], args=[allowance.limit, window, int(take)]
            )
        granted, used, wait, whole_at = answer
        return Standing(
            granted=bool(granted),
            used=used,
            wait_seconds=wait / 1_000_000,
            whole_at=EPOCH + timedelta(microseconds=whole_at) if whole_at else None,
        )
