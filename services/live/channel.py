"""The small message that wakes subscribers: whose inbox changed, up to which number. The events are in PostgreSQL."""

from __future__ import annotations

from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

log = structlog.get_logger(service="live")

CHANNEL = "huntaze:live"
"""One channel for all: each API process listens once and looks for its own subscribers in memory."""


def encode(owner: UUID, sequence: int) -> bytes:
    return f"{owner.hex}:{sequence}".encode()


def decode(message: bytes) -> tuple[UUID, int]:
    """The owner and the sequence. Raises ValueError."""
    owner, sequence = message.decode().split(":")
    return UUID(hex=owner), int(sequence)


class Announcer:
    """Publishes after a commit."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def __call__(self, owner: UUID, sequence: int) -> None:
        """Never raises: the change is made, and subscribers look for themselves every few seconds."""
        try:
            await self._redis.publish(CHANNEL, encode(owner, sequence))
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("announce_failed", action="publish", userId=str(owner), error=type(error).__name__)
