"""What analytics are asked for: a range of days and which fans and accounts. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from services import rules
from services.access.time_zones import MAX_ZONE_LENGTH, is_time_zone
from services.analytics.periods import DateRange, usual_range
from services.fans import filter as fan_filter
from services.problems import InvalidInput, Path, invalid

MOST_DAYS = 3660
"""Ten years: a point for each day is still one page of numbers."""
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)


@dataclass(frozen=True, slots=True)
class AnalyticsFilter:
    """All that is given must hold. `time_zone`: an IANA name; the viewer's if it is None."""

    first: date | None = None
    last: date | None = None
    platform: str | None = None
    account_ids: tuple[UUID, ...] | None = None
    tags: tuple[str, ...] = ()
    time_zone: str | None = None

    @property
    def fans(self) -> fan_filter.FanFilter:
        return fan_filter.FanFilter(tags=self.tags, platform=self.platform, account_ids=self.account_ids)


def problems(
    wanted: AnalyticsFilter, usual_zone: str, now: datetime, root: Path = ("filter",)
) -> Iterator[InvalidInput]:
    yield from fan_filter.problems(wanted.fans, root)
    if wanted.time_zone is not None:
        found = list(rules.text(wanted.time_zone, (*root, "timeZone"), longest=MAX_ZONE_LENGTH))
        if not found and not is_time_zone(wanted.time_zone):
            found = [invalid("It is no IANA time zone, such as Europe/Berlin.", (*root, "timeZone"), "time_zone")]
        if found:
            yield from found
            return
    for name, day in (("from", wanted.first), ("to", wanted.last)):
        if day is not None and not EARLIEST <= day <= LATEST:
            yield invalid(f"It must be from {EARLIEST} to {LATEST}.", (*root, name), "date_range")
            return
    within = range_of(wanted, usual_zone, now)
    if within.first > within.last:
        yield invalid("The first day lies after the last.", (*root, "from"), "order")
    elif within.days > MOST_DAYS:
        yield invalid(f"The range has more than {MOST_DAYS:,} days.", (*root, "from"), "max_days", MOST_DAYS)


def range_of(wanted: AnalyticsFilter, usual_zone: str, now: datetime) -> DateRange:
    zone = ZoneInfo(wanted.time_zone or usual_zone)
    return usual_range(wanted.first, wanted.last, now.astimezone(zone).date(), zone)
