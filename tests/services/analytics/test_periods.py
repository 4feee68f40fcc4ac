"""Days, weeks and months: every one there, bounds right where clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.analytics.periods import DateRange, Interval, beginning, first_day, periods, usual_range

BERLIN, NEW_YORK, SANTIAGO = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York"), ZoneInfo("America/Santiago")
APIA, SKIPPED = ZoneInfo("Pacific/Apia"), date(2011, 12, 30)
"""Samoa's clocks skipped a day; it has no moment, but it is a day of the range."""
ZONES = [ZoneInfo("UTC"), BERLIN, NEW_YORK, SANTIAGO, ZoneInfo("Asia/Kathmandu"), APIA]

days = st.dates(date(2009, 1, 1), date(2030, 12, 31))
LONG = (datetime(2009, 1, 1), datetime(2030, 12, 31))  # noqa: DTZ001 - hypothesis adds the zone
moments = st.datetimes(*LONG, timezones=st.just(UTC))


@st.composite
def ranges(draw: st.DrawFn) -> DateRange:
    first = draw(days)
    return DateRange(first, first + timedelta(days=draw(st.integers(0, 100))), draw(st.sampled_from(ZONES)))


@given(ranges(), st.sampled_from(Interval), moments | st.none(), st.floats(-0.1, 1.1))
def test_a_moment_falls_into_the_period_of_its_day_on_the_wall(
    within: DateRange, interval: Interval, anywhere: datetime | None, share: float
) -> None:
    found = periods(within, interval)
    inside = found.bounds[0] + share * (found.bounds[-1] - found.bounds[0])
    moment = anywhere or inside
    day = moment.astimezone(within.zone).date()
    place = found.place(moment)
    if within.first <= day <= within.last:
        assert place is not None
        assert found.starts[place] == first_day(day, interval)
    else:
        assert place is None


@given(ranges(), st.sampled_from(Interval))
@example(DateRange(SKIPPED - timedelta(days=40), SKIPPED, APIA), Interval.DAY)
@example(DateRange(SKIPPED, SKIPPED + timedelta(days=40), APIA), Interval.WEEK)
def test_periods_touch_and_leave_nothing_out(within: DateRange, interval: Interval) -> None:
    found = periods(within, interval)
    assert len(found.bounds) == len(found.starts) + 1
    assert list(found.bounds) == sorted(found.bounds)
    empty = [start for start, (begin, end) in zip(found.starts, pairwise(found.bounds), strict=True) if begin == end]
    assert empty == [day for day in found.starts if day == SKIPPED and within.zone == APIA and interval is Interval.DAY]
    assert found.starts == tuple(dict.fromkeys(first_day(day, interval) for day in _days(within)))
    assert found.bounds[0] == beginning(within.first, within.zone)
    assert found.bounds[-1] == beginning(within.last + timedelta(days=1), within.zone)


def _days(within: DateRange) -> list[date]:
    return [within.first + timedelta(days=n) for n in range(within.days)]


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2026, 3, 29), BERLIN, 23),
        (date(2026, 10, 25), BERLIN, 25),
        (date(2026, 3, 8), NEW_YORK, 23),
        (date(2026, 11, 1), NEW_YORK, 25),
        (date(2026, 9, 6), SANTIAGO, 23),  # midnight itself is skipped
        (date(2026, 4, 4), SANTIAGO, 25),  # the hour before midnight comes twice
        (date(2026, 6, 1), BERLIN, 24),
    ],
)
def test_days_on_which_clocks_change(day: date, zone: ZoneInfo, hours: int) -> None:
    first, end = periods(DateRange(day, day, zone), Interval.DAY).bounds
    assert end - first == timedelta(hours=hours)
    assert first.astimezone(zone).date() == day
    assert (first - timedelta(microseconds=1)).astimezone(zone).date() < day


def test_weeks_begin_on_monday_and_are_cut_at_the_range() -> None:
    found = periods(DateRange(date(2026, 11, 25), date(2026, 12, 1), ZoneInfo("UTC")), Interval.WEEK)
    assert found.starts == (date(2026, 11, 23), date(2026, 11, 30))
    assert found.bounds == (
        datetime(2026, 11, 25, tzinfo=UTC),
        datetime(2026, 11, 30, tzinfo=UTC),
        datetime(2026, 12, 2, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (None, None, (date(2026, 10, 27), date(2026, 11, 25))),
        (date(2026, 11, 1), None, (date(2026, 11, 1), date(2026, 11, 25))),
        (None, date(2026, 1, 30), (date(2026, 1, 1), date(2026, 1, 30))),
    ],
)
def test_what_is_not_said_is_thirty_days(first: date | None, last: date | None, expected: tuple[date, date]) -> None:
    within = usual_range(first, last, date(2026, 11, 25), BERLIN)
    assert (within.first, within.last) == expected


def test_the_range_before_is_as_long_and_ends_the_day_before() -> None:
    before = DateRange(date(2026, 11, 11), date(2026, 11, 20), BERLIN).previous
    assert (before.first, before.last, before.days) == (date(2026, 11, 1), date(2026, 11, 10), 10)
