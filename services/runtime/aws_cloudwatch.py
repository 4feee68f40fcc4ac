"""CloudWatch by the clients of `services.runtime.aws`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from services.monitoring.metrics import Datum
from services.runtime.aws import Clients, in_words_of
from services.runtime.cloudwatch import CloudWatchFailure
from services.runtime.settings import Settings


class AwsCloudWatch:
    """CloudWatch on one client, for one namespace."""

    def __init__(self, clients: Clients, namespace: str) -> None:
        self._clients = clients
        self._namespace = namespace

    async def put(self, data: Sequence[Datum]) -> None:
        with in_words_of(CloudWatchFailure):
            await self._clients["cloudwatch"].put_metric_data(
                Namespace=self._namespace, MetricData=[_metric_datum(datum) for datum in data]
            )

    async def reopen(self) -> None:
        """Forget every connection."""
        await self._clients.reopen()


def _metric_datum(datum: Datum) -> dict[str, Any]:
    return {
        "MetricName": datum.metric.value,
        "Timestamp": datum.minute,
        "Unit": datum.unit,
        "Values": list(datum.values),
        "Counts": [float(count) for count in datum.values.values()],
    }


@asynccontextmanager
async def open_cloudwatch(settings: Settings) -> AsyncIterator[AwsCloudWatch]:
    """A client for the region and endpoint of the settings; closed at the end."""
    seconds = settings.queue_timeout_seconds
    wanted = {"cloudwatch": ("cloudwatch", settings.aws_endpoint_url_cloudwatch, 2 * seconds)}
    async with Clients(settings.aws_region, wanted, seconds) as clients:
        yield AwsCloudWatch(clients, settings.cloudwatch_namespace)
