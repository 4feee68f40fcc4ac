"""The five metrics of a running product, as CloudWatch sees them, and a CloudWatch that is in nobody's way."""

from __future__ import annotations

import asyncio
import uuid

import pytest

from services.monitoring import publisher
from services.monitoring.metrics import Metric
from services.runtime.settings import Settings
from tests.flows.product import INBOX, Product, running_product
from tests.services.monitoring.metric_server import door, seen_in
from tests.services.workers.aws_lambda import polled


async def _send_two_and_fail_one(product: Product) -> None:
    mia = product.client()
    await product.connect(mia)
    robin = await product.fan(mia)
    async with mia.subscribe(INBOX) as inbox:
        for text in ("one", "two"):
            await product.send(mia, fanId=robin, text=text)
            await inbox.until("MessageUpdated", 60, status="SENT")
        await product.sandbox.fault("status", status=400, count=1)
        await product.send(mia, fanId=robin, text="three")
        await inbox.until("MessageUpdated", 60, status="FAILED")


async def test_every_message_is_counted_once_over_api_and_worker(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is published at an end may be dropped, and is, on a machine that is slow for a second.
    monkeypatch.setattr(publisher, "LAST_SECONDS", 30)
    settings = settings.model_copy(update={"cloudwatch_namespace": f"Test/{uuid.uuid4().hex}"})
    async with running_product(settings) as product, polled(settings) as poller:
        await _send_two_and_fail_one(product)
        await poller.put("{not json", {"messageType": "message"})
        await poller.until_taken()
    assert settings.aws_endpoint_url_cloudwatch is not None
    async with seen_in(settings.aws_endpoint_url_cloudwatch, settings.cloudwatch_namespace) as seen:
        counted = (Metric.QUEUED, Metric.PROCESSED, Metric.FAILED, Metric.CONSUMER_ERRORS)
        assert [await seen.total(metric) for metric in counted] == [3, 3, 1, 1]
        times = await seen.statistics(Metric.PROCESSING_TIME)
        assert times["SampleCount"] == 3
        assert 1 <= times["Minimum"] <= times["Maximum"] <= 100_000


async def test_a_cloudwatch_that_hangs_delays_neither_a_message_nor_the_end(settings: Settings) -> None:
    assert settings.aws_endpoint_url_cloudwatch is not None
    async with door(settings.aws_endpoint_url_cloudwatch) as opened:
        opened.hangs = True
        product = running_product(settings.model_copy(update={"aws_endpoint_url_cloudwatch": opened.url}))
        running = await product.__aenter__()
        await _send_two_and_fail_one(running)
        assert opened.requests == []
        await asyncio.wait_for(product.__aexit__(None, None, None), 30)
        assert len(opened.requests) == 2
