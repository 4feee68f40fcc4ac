"""A message that goes through the queue and back, to prove that a deployment is whole."""

from __future__ import annotations

from uuid import UUID, uuid4

from redis.asyncio import Redis

from services.runtime.clock import Clock
from services.sending.payload import MessageType
from services.sending.queue import RateLimiterQueue

REMEMBERED_SECONDS = 300
LOOK_EVERY_SECONDS = 0.05
NOBODY = UUID(int=0)


class QueueCheck:
    """The sender's side asks `round_trip`; the worker's side says `arrived`."""

    def __init__(self, queue: RateLimiterQueue, redis: Redis, clock: Clock) -> None:
        self._queue = queue
        self._redis = redis
        self._clock = clock

    async def arrived(self, check_id: UUID) -> None:
        await self._redis.set(_key(check_id), 1, ex=REMEMBERED_SECONDS)

    async def round_trip(self, patience_seconds: float) -> float | None:
        """Seconds from the queue's sender to a worker; None where none took it in time. Raises RedisError."""
        check_id, began = uuid4(), self._clock.monotonic()
        if not await self._queue.wake(MessageType.CHECK, check_id, NOBODY):
            return None
        while (passed := self._clock.monotonic() - began) < patience_seconds:
            if await self._redis.exists(_key(check_id)):
                return passed
            await self._clock.sleep(LOOK_EVERY_SECONDS)
        return None


def _key(check_id: UUID) -> str:
    return f"huntaze:check:{check_id}"
