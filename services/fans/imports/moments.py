"""Dates and times as people and platforms write them, to UTC. Pure.

ISO 8601 or, in the platform's habit, the month first: `11/01/2025` is the first of November. Whoever reads the result
is told of both things that were taken for granted: months first, and UTC where no zone is written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

NOTHING = {"", "-", "\N{EN DASH}", "\N{EM DASH}"}

TIME = r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?)?"
HALF = r"(?:\s*(?P<half>[ap]\.?m\.?))?"
ZONE = r"(?:\s*(?P<zone>Z|UTC|GMT|(?:UTC|GMT)?[+-][0-9]{2}:?[0-9]{2}))?"
REST = rf"(?:(?:T|,?\s+){TIME}{HALF}{ZONE})?"
ISO = re.compile(rf"(?P<year>[0-9]{{4}})-(?P<month>[0-9]{{2}})-(?P<day>[0-9]{{2}}){REST}", re.IGNORECASE | re.ASCII)
MONTH_FIRST = re.compile(
    rf"(?P<month>[0-9]{{1,2}})/(?P<day>[0-9]{{1,2}})/(?P<year>[0-9]{{4}}){REST}", re.IGNORECASE | re.ASCII
)
LONGEST = 60


class NotAMoment(ValueError):
    """The words are for a person, and do not quote the date."""


@dataclass(frozen=True, slots=True)
class Moment:
    """`zone_assumed`: a time was written without a zone."""

    at: datetime
    month_first: bool
    zone_assumed: bool


def read_moment(text: str) -> Moment | None:
    """A moment in UTC, midnight where no time is written; None for an empty cell or a dash. Raises NotAMoment."""
    text = text.strip()
    if text in NOTHING:
        return None
    iso = ISO.fullmatch(text) if len(text) <= LONGEST else None
    found = iso or (MONTH_FIRST.fullmatch(text) if len(text) <= LONGEST else None)
    if found is None:
        raise NotAMoment("Write a date like 2025-11-01 or 11/01/2025 (month first), with or without time and zone.")
    month, day = int(found["month"]), int(found["day"])
    if iso is None and month > 12 >= day:
        raise NotAMoment(f"The month comes first, and there is no month {month}. Write the date like 2025-11-01.")
    try:
        moment = datetime(int(found["year"]), month, day, *_time(found), tzinfo=_zone(found["zone"])).astimezone(UTC)
    except (ValueError, OverflowError):
        raise NotAMoment("There is no such date or time.") from None
    return Moment(moment, iso is None, found["hour"] is not None and found["zone"] is None)


def _time(found: re.Match[str]) -> tuple[int, int, int, int]:
    """Hour, minute, second, microsecond; raises ValueError for 13 pm."""
    if found["hour"] is None:
        return 0, 0, 0, 0
    hour, half = int(found["hour"]), (found["half"] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise ValueError
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    fraction = (found["fraction"] or "").ljust(6, "0")[:6]
    return hour, int(found["minute"]), int(found["second"] or 0), int(fraction)


def _zone(text: str | None) -> timezone:
    if text is None:
        return UTC
    found = re.search("([+-])([0-9]{2}):?([0-9]{2})", text)
    if found is None:
        return UTC
    hours, minutes = int(found[2]), int(found[3])
    if minutes > 59 or hours > 14:
        raise ValueError
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if found[1] == "-" else offset)
