from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.fans.imports.moments import Moment, NotAMoment, read_moment

NOON = datetime(2025, 11, 1, 12, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENTS = st.timedeltas(timedelta(0), timedelta(days=130 * 365)).map(lambda since: EPOCH + since)
ZONES = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2025-11-01", datetime(2025, 11, 1, tzinfo=UTC)),
        ("2025-11-01T12:00:00Z", NOON),
        ("2025-11-01 12:00:00 UTC", NOON),
        ("2025-11-01 12:00 GMT", NOON),
        ("2025-11-01T13:00:00+01:00", NOON),
        ("2025-11-01 07:00:00 -0500", NOON),
        ("2025-11-01T17:45+05:45", NOON),
        ("2025-11-01t12:00:00.123456z", NOON.replace(microsecond=123_456)),
        ("2025-11-01T12:00:00.1234567Z", NOON.replace(microsecond=123_456)),
        ("2025-11-01T12:00:00,5Z", NOON.replace(microsecond=500_000)),
    ],
)
def test_iso(text: str, at: datetime) -> None:
    assert read_moment(text) == Moment(at, month_first=False, zone_assumed=False)


@pytest.mark.parametrize(
    ("text", "at", "zone_assumed"),
    [
        ("11/01/2025", datetime(2025, 11, 1, tzinfo=UTC), False),
        ("1/2/2025", datetime(2025, 1, 2, tzinfo=UTC), False),
        ("12/31/2025", datetime(2025, 12, 31, tzinfo=UTC), False),
        ("11/01/2025 12:00", NOON, True),
        ("11/01/2025, 12:00:00 PM", NOON, True),
        ("11/01/2025 12:00 p.m. UTC", NOON, False),
        ("11/01/2025 12:30 AM Z", datetime(2025, 11, 1, 0, 30, tzinfo=UTC), False),
    ],
)
def test_the_month_comes_first(text: str, at: datetime, zone_assumed: bool) -> None:
    assert read_moment(f" {text} ") == Moment(at, month_first=True, zone_assumed=zone_assumed)


def test_a_time_without_a_zone_is_taken_as_utc_and_says_so() -> None:
    assert read_moment("2025-11-01 12:00") == Moment(NOON, month_first=False, zone_assumed=True)


@pytest.mark.parametrize("text", ["", " ", "-", "\N{EN DASH}"])
def test_no_moment(text: str) -> None:
    assert read_moment(text) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("13/01/2025", "there is no month 13"),
        ("31/12/2025", "there is no month 31"),
        ("13/13/2025", "no such date"),
        ("02/30/2025", "no such date"),
        ("2025-02-29", "no such date"),
        ("2025-11-01T24:30Z", "no such date"),
        ("2025-11-01 13:00 PM", "no such date"),
        ("2025-11-01T12:00+15:00", "no such date"),
        ("2025-11-01T12:00+01:60", "no such date"),
        ("0001-01-01T00:00+10:00", "no such date"),
        ("11/01/25", "Write a date like"),
        ("01.11.2025", "Write a date like"),
        ("Nov 1, 2025", "Write a date like"),
        ("2025-11-01 12:00 EST", "Write a date like"),
        ("2025-W44-6", "Write a date like"),
        ("20251101", "Write a date like"),
        ("45962", "Write a date like"),
        ("yesterday", "Write a date like"),
        ("٢٠٢٥-١١-٠١", "Write a date like"),
        ("2025-11-01" + " " * 60 + "12:00", "Write a date like"),
    ],
)
def test_what_is_no_moment(text: str, reason: str) -> None:
    with pytest.raises(NotAMoment, match=reason):
        read_moment(text)


@given(MOMENTS, ZONES)
def test_every_moment_comes_back_from_iso_in_any_zone(at: datetime, zone: timezone) -> None:
    assert read_moment(at.astimezone(zone).isoformat()) == Moment(at, month_first=False, zone_assumed=False)


@given(MOMENTS, st.sampled_from(["%m/%d/%Y %H:%M:%S Z", "%m/%d/%Y %I:%M:%S %p UTC", "%m/%d/%Y, %I:%M:%S %p Z"]))
def test_every_moment_comes_back_from_a_date_with_the_month_first(at: datetime, form: str) -> None:
    at = at.replace(microsecond=0)
    assert read_moment(at.strftime(form)) == Moment(at, month_first=True, zone_assumed=False)


@given(st.text("0123456789/-:TZ +.", max_size=25))
def test_any_text_is_a_moment_or_is_refused(text: str) -> None:
    try:
        found = read_moment(text)
    except NotAMoment:
        return
    assert found is None or found.at.tzinfo is UTC
