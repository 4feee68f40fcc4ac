"""Days, weeks and months of a range in one time zone, as moments. Pure.

A period is told by the moments at which it begins and ends, so the database needs to know nothing of time zones, and a
day that has 23 or 25 hours is as long as it is.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)
USUAL_DAYS = 30


class Interval(StrEnum):
    """The values of `Interval` in the public schema."""

    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"


@dataclass(frozen=True, slots=True)
class DateRange:
    """From the first day to the last, both included, as the clock on the wall of `zone` tells them."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def previous(self) -> DateRange:
        """As many days right before."""
        return DateRange(self.first - timedelta(days=self.days), self.first - ONE_DAY, self.zone)


@dataclass(frozen=True, slots=True)
class Periods:
    """`starts`: the first day of each period, which for a week may lie before the range. `bounds`: one moment more than
    periods; the first and the last are those of the range, so that nothing outside it is counted."""

    starts: tuple[date, ...]
    bounds: tuple[datetime, ...]

    def place(self, moment: datetime) -> int | None:
        """Which period a moment falls into."""
        found = bisect_right(self.bounds, moment) - 1
        return found if 0 <= found < len(self.starts) else None


def usual_range(first: date | None, last: date | None, today: date, zone: ZoneInfo) -> DateRange:
    """The last 30 days where nothing is said; up to today, or 30 days long, where only one end is."""
    end = last or today
    return DateRange(first or end - timedelta(days=USUAL_DAYS - 1), end, zone)


def periods(within: DateRange, interval: Interval) -> Periods:
    """Every period that has a day in the range, in order. Weeks begin on Monday."""
    starts = tuple(_starts(within, interval))
    inside = [max(start, within.first) for start in starts]
    bounds = tuple(beginning(day, within.zone) for day in (*inside, within.last + ONE_DAY))
    return Periods(starts, bounds)


def beginning(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a day, in UTC; where the clocks skip midnight, the moment of the change."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _starts(within: DateRange, interval: Interval) -> Iterator[date]:
    start = first_day(within.first, interval)
    while start <= within.last:
        yield start
        start = _next(start, interval)


def first_day(day: date, interval: Interval) -> date:
    """The first day of the period that a day belongs to."""
    if interval is Interval.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if interval is Interval.MONTH else day


def _next(start: date, interval: Interval) -> date:
    if interval is Interval.MONTH:
        return (start + timedelta(days=31)).replace(day=1)
    return start + (timedelta(days=7) if interval is Interval.WEEK else ONE_DAY)
