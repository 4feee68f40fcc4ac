from __future__ import annotations

import os
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError

from services.devstack.failure import StartFailure
from services.devstack.stores import Stores, missing_from_aws

SQS, METRICS, QUEUE = "AWS_ENDPOINT_URL_SQS", "AWS_ENDPOINT_URL_CLOUDWATCH", "SQS_RATE_LIMITER_QUEUE_URL"
GIVEN = {"DATABASE_URL": "postgresql://x", "REDIS_ENDPOINT": "x:1", QUEUE: "http://x/q"}


@pytest.mark.parametrize(
    ("environ", "missing"),
    [
        ({}, {SQS, METRICS}),
        ({QUEUE: ""}, {SQS, METRICS}),
        ({METRICS: "http://m"}, {SQS}),
        ({SQS: "http://s", QUEUE: "http://s/q"}, {METRICS}),
        ({SQS: "http://s", QUEUE: "http://s/q", METRICS: "http://m"}, set()),
        ({QUEUE: "https://queue"}, set()),
    ],
)
def test_only_what_is_not_given_is_embedded(environ: dict[str, str], missing: set[str]) -> None:
    assert missing_from_aws(environ) == missing


def test_a_queue_given_by_halves_is_refused() -> None:
    with pytest.raises(StartFailure, match="give SQS_RATE_LIMITER_QUEUE_URL too, or neither"):
        missing_from_aws({SQS: "http://s"})


async def test_stores_that_are_given_are_not_started(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        stores = Stores(tmp_path, GIVEN, "secret", lambda *_: None, pytest.fail)
        assert await stores.open(stack) == {}
    assert os.listdir(tmp_path) == []


async def test_the_embedded_redis_asks_for_its_password_and_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    environ = {name: value for name, value in GIVEN.items() if name != "REDIS_ENDPOINT"}
    async with AsyncExitStack() as stack:
        found = await Stores(tmp_path, environ, "secret", lambda *_: None, pytest.fail).open(stack)
        assert found == {"REDIS_ENDPOINT": found["REDIS_ENDPOINT"], "REDIS_AUTH_TOKEN": "secret"}
        address = f"redis://{found['REDIS_ENDPOINT']}"
        async with Redis.from_url(address, password="secret") as client:
            await client.set("key", "value")
            assert (await client.config_get("save", "bind")) == {"save": "", "bind": "127.0.0.1"}
        async with Redis.from_url(address) as stranger:
            with pytest.raises(AuthenticationError):
                await stranger.ping()
    assert os.listdir(tmp_path / "redis") == ["valkey.conf"]
