"""Sends the metrics to CloudWatch: every minute and at exit, never in the way of anything else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

import structlog

from services.monitoring.metrics import Datum, Metrics
from services.runtime.clock import Clock
from services.runtime.cloudwatch import CloudWatch, CloudWatchFailure

log = structlog.get_logger(service="monitoring")

EVERY_SECONDS = 60.0
PUBLISH_SECONDS = 5.0
LAST_SECONDS = 1.0
"""Before an end nobody waits longer."""
MAX_DATA = 1000
"""PutMetricData takes so many metrics in one request, and so many values of each:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html"""
MAX_VALUES = 150
MAX_BYTES = 1_048_576
DATUM_BYTES, VALUE_BYTES = 400, 120
"""More than the form encoding of a datum, and of a value with its count, ever has."""


class Publisher:
    def __init__(self, metrics: Metrics, cloudwatch: CloudWatch, clock: Clock) -> None:
        self._metrics = metrics
        self._cloudwatch = cloudwatch
        self._clock = clock

    async def run(self) -> None:
        """Publish every minute until cancelled."""
        while True:
            await self._clock.sleep(EVERY_SECONDS)
            await self.publish()

    async def finish(self) -> None:
        """Publish once more before this process ends, or is frozen."""
        await self.publish(LAST_SECONDS)

    async def publish(self, seconds: float = PUBLISH_SECONDS) -> None:
        """Send what was counted. Never raises for a fault of CloudWatch, and takes `seconds` at the most.

        What CloudWatch refused or never got goes out with the next; what it may have got is dropped, because a
        number that was counted twice is worse than a gap.
        """
        waiting = list(batches(self._metrics.take()))
        try:
            async with asyncio.timeout(seconds):
                while waiting:
                    await self._cloudwatch.put(waiting[0])
                    del waiting[0]
        except CloudWatchFailure as failure:
            self._keep(waiting, failure.code, lost=not failure.again)
        except TimeoutError:
            self._keep(waiting, "Timeout", lost=True)
        except asyncio.CancelledError:
            self._keep(waiting, "Cancelled", lost=True)
            raise

    def _keep(self, waiting: list[list[Datum]], code: str, *, lost: bool) -> None:
        """`lost`: the first batch is dropped; the others were not sent yet in any case."""
        for batch in waiting[lost:]:
            self._metrics.put_back(batch)
        log.warning("metrics_not_published", action="publish", error=code, dropped=len(waiting[0]) if lost else 0)


def batches(data: Sequence[Datum]) -> Iterator[list[Datum]]:
    """Requests that CloudWatch takes."""
    batch: list[Datum] = []
    room = MAX_BYTES
    for datum in data:
        size = DATUM_BYTES + VALUE_BYTES * len(datum.values)
        if batch and (size > room or len(batch) == MAX_DATA):
            yield batch
            batch, room = [], MAX_BYTES
        batch.append(datum)
        room -= size
    if batch:
        yield batch
