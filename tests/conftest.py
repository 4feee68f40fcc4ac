"""What every test may ask for: a migrated database, an empty Redis, a fresh queue, and the settings for them."""

from __future__ import annotations

import asyncio
import secrets
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import asyncpg
import httpx
import pytest
from cryptography.fernet import Fernet
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis
from redis.asyncio import Redis

from services.devstack.postgres import Postgres
from services.devstack.redis import EmbeddedRedis
from services.devstack.sqs import create_queues, delete_queues
from services.devstack.stores import DUMMY_CREDENTIALS
from services.runtime.settings import Settings
from tests.economy import practised
from tests.parts import TEMPLATE, QueueUrls, running_postgres, running_redis, running_sqs

REGION = "us-east-1"
# File by file: a third quicker than through the log, where files are in memory and nobody waits for the disk.
CLONE = f'CREATE DATABASE "{{}}" TEMPLATE "{TEMPLATE}" STRATEGY FILE_COPY'

# A machine on which others work is no reason to fail, nor is luck: what fails, fails because of a change. New examples
# are what `--hypothesis-profile=searching` is for.
hypothesis.register_profile("repeatable", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis.register_profile("searching", max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis.load_profile("repeatable")


@pytest.hookimpl(trylast=True)  # after the order was made random
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that no process ends alone with it; tests of pages share a browser."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> tuple[int, bool]:
    allowed = item.get_closest_marker("timeout")
    return -allowed.args[0] if allowed else 0, not item.nodeid.startswith("tests/web/")


@pytest.fixture(scope="session", autouse=True)
def _practised() -> Iterator[None]:
    with practised():
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The server; tests want `database_url`."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[EmbeddedRedis]:
    """The server all tests share; tests want `redis_endpoint`, or `tests.parts.running_redis` to kill one."""
    with running_redis() as server:
        yield server


@pytest.fixture(scope="session")
def sqs_endpoint() -> Iterator[str]:
    """SQS and CloudWatch; tests want `queue_urls`."""
    with running_sqs() as endpoint:
        yield endpoint


@pytest.fixture
async def database_url(postgres: Postgres) -> AsyncIterator[str]:
    """A database of the test's own, migrated and empty."""
    name = f"test_{uuid.uuid4().hex}"
    administration = await asyncpg.connect(postgres.url("postgres"))
    try:
        await administration.execute(CLONE.format(name))
        yield postgres.url(name)
        await administration.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await administration.close()


@pytest.fixture
async def redis_endpoint(redis_server: EmbeddedRedis) -> str:
    """`host:port` of a Redis that holds nothing."""
    async with Redis.from_url(f"redis://{redis_server.endpoint}") as client:
        await client.flushall()
    return redis_server.endpoint


@pytest.fixture
async def queue_urls(sqs_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[QueueUrls]:
    """An empty queue and its dead-letter queue; five receives lead from the one to the other."""
    for name, value in DUMMY_CREDENTIALS.items():
        monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name, raising=False)
    async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
        queues = await create_queues(http, sqs_endpoint, REGION, f"test-{uuid.uuid4().hex}")
        yield QueueUrls(sqs_endpoint, queues.queue_url, queues.dead_letter_url)
        # Not a reset of the server: a product that serves several tests keeps its queue there.
        await delete_queues(http, sqs_endpoint, REGION, queues)


@pytest.fixture
def settings(database_url: str, redis_endpoint: str, queue_urls: QueueUrls) -> Settings:
    """Settings for these parts. The rate is the real one in fast motion: 10 in 2 s, 0.1 s apart."""
    return settings_for(database_url, redis_endpoint, queue_urls)


@contextmanager
def session_settings(postgres: Postgres, redis: EmbeddedRedis, sqs_endpoint: str) -> Iterator[Settings]:
    """Settings on a database and a queue of one's own, for a product that serves several tests."""

    async def prepare() -> tuple[str, QueueUrls]:
        name = f"test_{uuid.uuid4().hex}"
        administration = await asyncpg.connect(postgres.url("postgres"))
        await administration.execute(CLONE.format(name))
        await administration.close()
        async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
            queues = await create_queues(http, sqs_endpoint, REGION, name)
        return postgres.url(name), QueueUrls(sqs_endpoint, queues.queue_url, queues.dead_letter_url)

    with pytest.MonkeyPatch.context() as environment:
        for name, value in DUMMY_CREDENTIALS.items():
            environment.setenv(name, value) if value else environment.delenv(name, raising=False)
        database_url, queue_urls = asyncio.run(prepare())
        yield settings_for(database_url, redis.endpoint, queue_urls)


def settings_for(database_url: str, redis_endpoint: str, queue_urls: QueueUrls) -> Settings:
    return Settings.model_validate(
        {
            "database_url": database_url,
            "redis_endpoint": redis_endpoint,
            "aws_region": REGION,
            "aws_endpoint_url_sqs": queue_urls.endpoint,
            "aws_endpoint_url_cloudwatch": queue_urls.endpoint,
            "sqs_rate_limiter_queue_url": queue_urls.queue_url,
            "sqs_rate_limiter_dlq_url": queue_urls.dead_letter_url,
            "jwt_secret": secrets.token_urlsafe(32),
            "credentials_keys": Fernet.generate_key().decode("ascii"),
            # A machine that stands still for a moment is no fault of Redis or the queue.
            "redis_timeout_seconds": 10,
            "queue_timeout_seconds": 10,
            "rate_limit_messages": 10,
            "rate_limit_window_seconds": 2,
            "rate_limit_min_gap_seconds": 0.1,
            "writes_per_minute": 100_000,
            "imports_per_hour": 100_000,
            "bulk_sends_per_hour": 100_000,
            "graphql_introspection": True,
        }
    )
