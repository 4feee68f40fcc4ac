"""How many messages lie in the dead-letter queue, without asking SQS each time somebody looks."""

from __future__ import annotations

import asyncio
import math

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.runtime.clock import Clock
from services.runtime.sqs import SqsClient
from services.runtime.sqs_failure import SqsFailure

KEPT_SECONDS = 5
SQS_SECONDS = 0.5
REDIS_SECONDS = 0.15
"""The queue's status is answered within a second, whatever hangs."""
_COUNT = "ApproximateNumberOfMessages"
_UNKNOWN = b"?"

log = structlog.get_logger(service="queue")


class DeadLetters:
    """One answer serves all processes for a few seconds by Redis; without Redis, each process keeps its own."""

    def __init__(self, sqs: SqsClient, queue_url: str | None, redis: Redis, clock: Clock) -> None:
        self._sqs = sqs
        self._queue_url = queue_url
        self._redis = redis
        self._clock = clock
        self._asking = asyncio.Lock()
        self._answer: int | None = None
        self._answered_at = -math.inf

    async def count(self) -> int | None:
        """The approximate number, a few seconds old; None where there is no such queue or it does not answer."""
        if self._queue_url is None:
            return None
        if self._is_fresh():
            return self._answer
        if kept := await self._kept():
            return None if kept == _UNKNOWN else int(kept)
        async with self._asking:
            if not self._is_fresh():
                self._answer = await self._ask(self._queue_url)
                self._answered_at = self._clock.monotonic()
                await self._keep(self._answer)
            return self._answer

    def _is_fresh(self) -> bool:
        return self._clock.monotonic() - self._answered_at < KEPT_SECONDS

    async def _ask(self, queue_url: str) -> int | None:
        try:
            async with asyncio.timeout(SQS_SECONDS):
                return int((await self._sqs.attributes(queue_url, [_COUNT]))[_COUNT])
        except (SqsFailure, TimeoutError, KeyError, ValueError) as error:
            log.warning("dead_letters_not_counted", action="count_dead_letters", error=str(error))
            return None

    @property
    def _key(self) -> str:
        return f"dead_letters:{self._queue_url}"

    async def _kept(self) -> bytes | None:
        try:
            async with asyncio.timeout(REDIS_SECONDS):
                kept = await self._redis.get(self._key)
        except (RedisError, OSError):
            return None
        return _readable(kept.encode() if isinstance(kept, str) else kept)

    async def _keep(self, answer: int | None) -> None:
        """An outage is kept too, so that it is not hammered either."""
        try:
            async with asyncio.timeout(REDIS_SECONDS):
                await self._redis.set(self._key, _UNKNOWN if answer is None else answer, ex=KEPT_SECONDS)
        except (RedisError, OSError):
            log.info("dead_letter_count_not_shared", action="count_dead_letters")


def _readable(kept: bytes | None) -> bytes | None:
    return kept if kept and (kept == _UNKNOWN or kept.isdigit()) else None
