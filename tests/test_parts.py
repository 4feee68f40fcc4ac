"""The parts that tests stand on are what they say they are."""

from __future__ import annotations

import httpx
import pytest
from redis.asyncio import Redis
from sqlalchemy import text

from db.engine import connect
from db.migrate import drift
from services.devstack.sqs import _call
from tests.conftest import REGION
from tests.parts import QueueUrls


@pytest.mark.parametrize("name", ["first", "second"])
async def test_each_test_has_a_migrated_database_of_its_own(database_url: str, name: str) -> None:
    database = connect(database_url)
    async with database.engine.begin() as connection:
        await connection.execute(text("CREATE TABLE only_mine (name text)"))
        await connection.execute(text("INSERT INTO only_mine VALUES (:name)"), {"name": name})
        rows = (await connection.execute(text("SELECT name FROM only_mine"))).scalars().all()
    await database.engine.dispose()
    assert rows == [name]


async def test_the_template_is_migrated(database_url: str) -> None:
    assert await drift(database_url) == []


@pytest.mark.parametrize("name", ["first", "second"])
async def test_each_test_finds_redis_empty(redis_endpoint: str, name: str) -> None:
    async with Redis.from_url(f"redis://{redis_endpoint}") as client:
        assert await client.dbsize() == 0
        await client.set(name, "left behind")


async def test_a_message_goes_to_the_dead_letter_queue_after_five_receives(queue_urls: QueueUrls) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:

        async def call(action: str, url: str, **request: object) -> dict[str, object]:
            return await _call(http, queue_urls.endpoint, REGION, action, {"QueueUrl": url, **request})

        await call("SendMessage", queue_urls.queue_url, MessageBody="hello")
        received = [
            "Messages" in await call("ReceiveMessage", queue_urls.queue_url, VisibilityTimeout=0) for _ in range(6)
        ]
        dead = await call("ReceiveMessage", queue_urls.dead_letter_url)
    assert received == [True] * 5 + [False]
    assert [message["Body"] for message in dead["Messages"]] == ["hello"]  # type: ignore[attr-defined]
