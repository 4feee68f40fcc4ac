"""What this process has counted and timed since it was last published: bounded, in memory, no I/O.

| metric | counts |
| --- | --- |
| OnlyFansMessagesQueued | messages that became QUEUED: SQS took them, or the sweeper found them due |
| OnlyFansMessagesProcessed | messages whose way ended for certain: SENT or FAILED |
| OnlyFansMessagesFailed | those of them that FAILED |
| OnlyFansQueueDepth | messages that wait and are due, of all users, measured by one worker a minute |
| OnlyFansProcessingTime | milliseconds from the claim of a message to its stored outcome, without the wait before |
| OnlyFansConsumerErrors | queue messages that were left in the queue, and failed rounds of a worker's loop |
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import structlog

from services.runtime.clock import Clock

log = structlog.get_logger(service="monitoring")

KEPT = timedelta(minutes=60)
"""What could not be published for so long is dropped."""
STEP = 1.1
SHORTEST_MS, LONGEST_MS = 1.0, 100_000.0
"""Times are kept to 5 % in this range, so that a minute has at most 122 different ones, however many there are."""


class Metric(StrEnum):
    """The names in CloudWatch."""

    QUEUED = "OnlyFansMessagesQueued"
    PROCESSED = "OnlyFansMessagesProcessed"
    FAILED = "OnlyFansMessagesFailed"
    DEPTH = "OnlyFansQueueDepth"
    PROCESSING_TIME = "OnlyFansProcessingTime"
    CONSUMER_ERRORS = "OnlyFansConsumerErrors"


@dataclass(frozen=True, slots=True)
class Datum:
    """One metric of one minute: how often each value occurred."""

    metric: Metric
    minute: datetime
    values: Mapping[float, int]

    @property
    def unit(self) -> str:
        return "Milliseconds" if self.metric is Metric.PROCESSING_TIME else "Count"


def of_end(status: str) -> tuple[Metric, ...]:
    """What a message counts for that has come to this status by being sent, or by not being."""
    return {"SENT": (Metric.PROCESSED,), "FAILED": (Metric.PROCESSED, Metric.FAILED)}.get(status, ())


class Metrics:
    """The buffer of one process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._totals: Counter[tuple[datetime, Metric]] = Counter()
        self._values: dict[tuple[datetime, Metric], Counter[float]] = {}

    def count(self, metric: Metric, number: int = 1) -> None:
        if number:
            self._totals[self._minute(), metric] += number

    def measured(self, metric: Metric, value: float) -> None:
        """One reading of something that goes up and down."""
        self._values.setdefault((self._minute(), metric), Counter())[value] += 1

    @contextmanager
    def timed(self, metric: Metric) -> Iterator[None]:
        """Measure the block in milliseconds, unless it raises."""
        began = self._clock.monotonic()
        yield
        self.measured(metric, rounded_ms((self._clock.monotonic() - began) * 1000))

    def observe(self, counts: Mapping[str, int]) -> None:
        """After a commit: what its transaction counted."""
        for what, number in counts.items():
            self.count(Metric(what), number)

    def take(self) -> list[Datum]:
        """Everything up to now, oldest first; afterwards the buffer is empty."""
        totals = [Datum(metric, minute, {float(n): 1}) for (minute, metric), n in self._totals.items()]
        values = [Datum(metric, minute, dict(seen)) for (minute, metric), seen in self._values.items()]
        self._totals.clear()
        self._values.clear()
        return sorted(totals + values, key=lambda datum: (datum.minute, datum.metric))

    def put_back(self, data: Iterable[Datum]) -> None:
        """What was not published goes out with the next, unless it has grown too old."""
        oldest = self._minute() - KEPT
        dropped = Counter[str]()
        for datum in data:
            if datum.minute < oldest:
                dropped[datum.metric] += 1
            elif datum.metric in {Metric.DEPTH, Metric.PROCESSING_TIME}:
                self._values.setdefault((datum.minute, datum.metric), Counter()).update(datum.values)
            else:
                self._totals[datum.minute, datum.metric] += round(sum(value * n for value, n in datum.values.items()))
        if dropped:
            log.warning("metrics_dropped", action="publish", minutes=dict(dropped))

    def _minute(self) -> datetime:
        return self._clock.now().replace(second=0, microsecond=0)


def rounded_ms(milliseconds: float) -> float:
    """The nearest power of STEP within the range."""
    within = min(max(milliseconds, SHORTEST_MS), LONGEST_MS)
    return round(STEP ** round(math.log(within, STEP)), 2)
