"""What is counted, when it is counted once, and what the buffer can grow to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.monitoring.metrics import KEPT, Datum, Metric, Metrics, of_end, rounded_ms
from services.monitoring.publisher import DATUM_BYTES, MAX_BYTES, MAX_DATA, MAX_VALUES, VALUE_BYTES, batches

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


class SettableClock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def metrics(clock: SettableClock) -> Metrics:
    return Metrics(clock)


def minute(number: int) -> datetime:
    return NOON + timedelta(minutes=number)


def test_counts_of_a_minute_are_one_number(metrics: Metrics, clock: SettableClock) -> None:
    metrics.count(Metric.QUEUED, 3)
    clock.seconds = 59
    metrics.count(Metric.QUEUED)
    clock.seconds = 61
    metrics.count(Metric.QUEUED, 5)
    metrics.count(Metric.FAILED, 0)

    assert metrics.take() == [Datum(Metric.QUEUED, minute(0), {4.0: 1}), Datum(Metric.QUEUED, minute(1), {5.0: 1})]
    assert metrics.take() == []


def test_times_are_kept_with_how_often_each_occurred(metrics: Metrics, clock: SettableClock) -> None:
    for seconds in (0.25, 0.25, 1.0):
        with metrics.timed(Metric.PROCESSING_TIME):
            clock.seconds += seconds
    with pytest.raises(KeyError), metrics.timed(Metric.PROCESSING_TIME):
        raise KeyError

    [datum] = metrics.take()
    assert datum.values == {rounded_ms(250): 2, rounded_ms(1000): 1}
    assert datum.unit == "Milliseconds"


@pytest.mark.parametrize(
    ("status", "counted"),
    [
        ("SENT", (Metric.PROCESSED,)),
        ("FAILED", (Metric.PROCESSED, Metric.FAILED)),
        ("UNKNOWN", ()),  # its way has not ended
        ("QUEUED", ()),  # also a retry; what was queued is counted where it is
        ("CANCELLED", ()),
    ],
)
def test_what_an_end_counts(status: str, counted: tuple[Metric, ...]) -> None:
    assert of_end(status) == counted


def test_what_was_not_published_goes_out_with_the_next(metrics: Metrics, clock: SettableClock) -> None:
    metrics.count(Metric.PROCESSED, 2)
    metrics.measured(Metric.DEPTH, 7)
    refused = metrics.take()
    metrics.count(Metric.PROCESSED)
    metrics.put_back(refused)

    assert metrics.take() == [
        Datum(Metric.PROCESSED, minute(0), {3.0: 1}),
        Datum(Metric.DEPTH, minute(0), {7.0: 1}),
    ]


def test_what_is_too_old_is_dropped(metrics: Metrics, clock: SettableClock) -> None:
    metrics.count(Metric.PROCESSED, 2)
    refused = metrics.take()
    clock.seconds = KEPT.total_seconds() + 61
    metrics.put_back(refused)

    assert metrics.take() == []


def test_an_hour_without_cloudwatch_fills_no_memory(metrics: Metrics, clock: SettableClock) -> None:
    for number in range(5 * 60):
        clock.seconds = number * 60.0
        for metric in Metric:
            metrics.count(metric) if metric is not Metric.PROCESSING_TIME else metrics.measured(metric, 5.0)
        metrics.put_back(metrics.take())

    assert len(metrics.take()) <= len(Metric) * (KEPT / timedelta(minutes=1) + 1)


@given(st.floats(min_value=0, max_value=1e9))
def test_a_time_is_kept_to_five_percent(milliseconds: float) -> None:
    within = min(max(milliseconds, 1), 100_000)
    assert abs(rounded_ms(milliseconds) - within) <= 0.051 * within


def test_no_minute_has_more_values_than_cloudwatch_takes() -> None:
    seen = {rounded_ms(10 ** (exponent / 100)) for exponent in range(-300, 900)}
    assert 100 < len(seen) <= MAX_VALUES


@given(st.lists(st.integers(min_value=1, max_value=150), max_size=2500))
def test_requests_keep_the_limits_and_lose_nothing(sizes: list[int]) -> None:
    data = [Datum(Metric.PROCESSING_TIME, NOON, {float(n): 1 for n in range(size)}) for size in sizes]
    found = list(batches(data))

    assert [datum for batch in found for datum in batch] == data
    for batch in found:
        assert 0 < len(batch) <= MAX_DATA
        assert sum(DATUM_BYTES + VALUE_BYTES * len(datum.values) for datum in batch) <= MAX_BYTES
