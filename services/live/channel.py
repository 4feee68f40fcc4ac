"""The small messages that wake subscribers. What happened is in PostgreSQL; Redis only says whose, and up to where."""

from __future__ import annotations

import re
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

log = structlog.get_logger(service="live")

CHANNEL = "huntaze:live"
"""One channel for all owners: each API process listens once and looks for its own subscribers in memory."""
TOPICS = "huntaze:live:topics"
"""For what changes without a live event."""
TOPIC = re.compile(r"[a-z_]{1,40}(:[0-9a-f-]{36})?")


def encode(owner: UUID, sequence: int) -> bytes:
    return f"{owner.hex}:{sequence}".encode()


def decode(message: bytes) -> tuple[UUID, int]:
    """The owner and the sequence. Raises ValueError."""
    owner, sequence = message.decode().split(":")
    return UUID(hex=owner), int(sequence)


def encode_topic(owner: UUID, topic: str) -> bytes:
    return f"{owner.hex}:{topic}".encode()


def decode_topic(message: bytes) -> tuple[UUID, str]:
    """The owner and the topic. Raises ValueError."""
    owner, topic = message.decode().split(":", 1)
    if not TOPIC.fullmatch(topic):
        raise ValueError(topic)
    return UUID(hex=owner), topic


def topic_of(noun: str, identity: UUID) -> str:
    """The topic of one object, such as `fan_import:0199…`."""
    return f"{noun}:{identity}"


class Announcer:
    """Publishes after a commit. Never raises: the change is made, and subscribers look for themselves now and then."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def __call__(self, owner: UUID, sequence: int) -> None:
        """The owner's log goes up to `sequence`."""
        await self._publish(CHANNEL, owner, encode(owner, sequence))

    async def changed(self, owner: UUID, topic: str) -> None:
        """Something of the owner's changed of which no live event tells; `topic` is what its watchers wait for."""
        await self._publish(TOPICS, owner, encode_topic(owner, topic))

    async def _publish(self, name: str, owner: UUID, message: bytes) -> None:
        try:
            await self._redis.publish(name, message)
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("announce_failed", action="publish", userId=str(owner), error=type(error).__name__)
