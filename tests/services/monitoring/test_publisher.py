"""CloudWatch there, stopped, refusing and hanging: what is published, what goes out later, what is dropped."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from services.devstack.stores import DUMMY_CREDENTIALS
from services.monitoring.metrics import Metric, Metrics, rounded_ms
from services.monitoring.publisher import Publisher
from services.runtime.aws_cloudwatch import open_cloudwatch
from services.runtime.clock import SystemClock
from services.runtime.settings import Settings
from tests.flows.faults import NOBODY
from tests.services.monitoring.metric_server import Door, Seen, door, seen_in


@dataclass
class Wire:
    metrics: Metrics
    publisher: Publisher
    door: Door
    seen: Seen


def settings_for(endpoint: str, namespace: str) -> Settings:
    return Settings.model_validate(
        {
            "database_url": "postgresql://localhost/none",
            "redis_endpoint": "localhost:1",
            "sqs_rate_limiter_queue_url": "http://localhost:1/none",
            "aws_endpoint_url_cloudwatch": endpoint,
            "cloudwatch_namespace": namespace,
            "queue_timeout_seconds": 10,
        }
    )


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in DUMMY_CREDENTIALS.items():
        monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def wire(sqs_endpoint: str, credentials: None) -> AsyncIterator[Wire]:
    namespace = f"Test/{uuid.uuid4().hex}"
    async with (
        door(sqs_endpoint) as opened,
        seen_in(sqs_endpoint, namespace) as seen,
        open_cloudwatch(settings_for(opened.url, namespace)) as cloudwatch,
    ):
        clock = SystemClock()
        metrics = Metrics(clock)
        yield Wire(metrics, Publisher(metrics, cloudwatch, clock), opened, seen)


async def test_one_request_brings_counts_times_and_depth(wire: Wire) -> None:
    wire.metrics.count(Metric.QUEUED, 3)
    wire.metrics.measured(Metric.DEPTH, 120)
    for milliseconds in (250, 250, 900):
        wire.metrics.measured(Metric.PROCESSING_TIME, rounded_ms(milliseconds))

    await wire.publisher.publish()
    await wire.publisher.publish()

    assert len(wire.door.requests) == 1
    assert await wire.seen.total(Metric.QUEUED) == 3
    assert (await wire.seen.statistics(Metric.DEPTH))["Maximum"] == 120
    times = await wire.seen.statistics(Metric.PROCESSING_TIME)
    assert (times["SampleCount"], times["Minimum"], times["Maximum"]) == (3, rounded_ms(250), rounded_ms(900))
    assert wire.door.requests[0]["Action"] == ["PutMetricData"]


@pytest.mark.parametrize(
    "refusal", [(400, "Throttling"), (503, "ServiceUnavailable"), (403, "AccessDenied"), (400, "ExpiredToken")]
)
async def test_what_was_refused_goes_out_with_the_next(wire: Wire, refusal: tuple[int, str]) -> None:
    wire.metrics.count(Metric.PROCESSED, 2)
    wire.door.refusal = refusal
    await wire.publisher.publish()
    assert await wire.seen.total(Metric.PROCESSED) == 0
    wire.door.refusal = None
    wire.metrics.count(Metric.PROCESSED)

    await wire.publisher.publish()

    assert await wire.seen.total(Metric.PROCESSED) == 3
    assert len(wire.door.requests) == 2


@pytest.mark.parametrize("refusal", [(400, "InvalidParameterValue"), (500, "InternalServiceFault")])
async def test_what_is_wrong_or_may_have_been_taken_is_dropped(wire: Wire, refusal: tuple[int, str]) -> None:
    wire.metrics.count(Metric.PROCESSED, 2)
    wire.door.refusal = refusal
    await wire.publisher.publish()
    wire.door.refusal = None
    wire.metrics.count(Metric.PROCESSED)

    await wire.publisher.publish()

    assert await wire.seen.total(Metric.PROCESSED) == 1


async def test_one_that_hangs_is_given_up_and_not_asked_again(wire: Wire) -> None:
    wire.metrics.count(Metric.PROCESSED, 2)
    wire.door.hangs = True

    await asyncio.wait_for(wire.publisher.publish(0.2), 10)

    assert len(wire.door.requests) == 1
    assert wire.metrics.take() == []


async def test_one_that_is_not_there_loses_nothing(credentials: None) -> None:
    clock = SystemClock()
    metrics = Metrics(clock)
    async with open_cloudwatch(settings_for(NOBODY, "Test")) as cloudwatch:
        metrics.count(Metric.FAILED, 4)
        await Publisher(metrics, cloudwatch, clock).publish()

    [kept] = metrics.take()
    assert (kept.metric, kept.values) == (Metric.FAILED, {4.0: 1})


async def test_the_task_publishes_every_minute(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    class Stepping(SystemClock):
        async def sleep(self, seconds: float) -> None:
            slept.append(seconds)
            if len(slept) > 2:
                raise asyncio.CancelledError
            wire.metrics.count(Metric.QUEUED)

    wire.publisher._clock = Stepping()
    with pytest.raises(asyncio.CancelledError):
        await wire.publisher.run()

    assert slept == [60, 60, 60]
    assert await wire.seen.total(Metric.QUEUED) == 2
