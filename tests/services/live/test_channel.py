from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from services.live.channel import CHANNEL, Announcer, decode, encode

OWNER = UUID(int=7)


@given(st.uuids(), st.integers(0, 2**63 - 1))
def test_a_message_reads_what_it_wrote(owner: UUID, sequence: int) -> None:
    assert decode(encode(owner, sequence)) == (owner, sequence)


@pytest.mark.parametrize(
    "message", [b"", b":", b"5", b"7:x", b"x:7", OWNER.hex.encode(), f"{OWNER.hex}:1:2".encode(), b"\xff:1"]
)
def test_anything_else_is_a_value_error(message: bytes) -> None:
    with pytest.raises(ValueError):
        decode(message)


async def test_an_announcement_reaches_who_listens(redis_endpoint: str) -> None:
    async with Redis.from_url(f"redis://{redis_endpoint}") as redis, redis.pubsub() as subscription:
        await subscription.subscribe(CHANNEL)
        assert (await subscription.get_message(timeout=5) or {})["type"] == "subscribe"

        await Announcer(redis)(OWNER, 12)

        message = await subscription.get_message(timeout=5)
    assert message is not None
    assert decode(message["data"]) == (OWNER, 12)


async def test_an_announcement_without_redis_raises_nothing() -> None:
    async with Redis(host="127.0.0.1", port=1, retry=Retry(NoBackoff(), 0)) as nowhere:
        await asyncio.wait_for(Announcer(nowhere)(uuid4(), 1), 10)
