"""Ranges and zones that are refused, each with its field."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from services.analytics.filter import AnalyticsFilter, problems, range_of

NOW = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wanted", "field", "rule"),
    [
        (AnalyticsFilter(first=date(2026, 2, 2), last=date(2026, 2, 1)), "from", "order"),
        (AnalyticsFilter(first=date(2027, 1, 1)), "from", "order"),
        (AnalyticsFilter(first=date(2001, 1, 1), last=date(2100, 12, 31)), "from", "max_days"),
        (AnalyticsFilter(first=date(1926, 1, 1)), "from", "date_range"),
        (AnalyticsFilter(last=date(9999, 12, 31)), "to", "date_range"),
        (AnalyticsFilter(time_zone="Mars/Olympus"), "timeZone", "time_zone"),
        (AnalyticsFilter(time_zone="../../etc/passwd"), "timeZone", "time_zone"),
        (AnalyticsFilter(time_zone=""), "timeZone", "required"),
        (AnalyticsFilter(time_zone="x" * 65), "timeZone", "max_length"),
        (AnalyticsFilter(tags=("x",) * 51), "tags", "max_items"),
    ],
)
def test_refusals(wanted: AnalyticsFilter, field: str, rule: str) -> None:
    assert [(each.path, each.rule) for each in problems(wanted, "UTC", NOW)] == [(("filter", field), rule)]


def test_today_is_the_day_in_the_zone_asked_for() -> None:
    assert range_of(AnalyticsFilter(), "UTC", NOW).last == date(2026, 11, 25)
    assert range_of(AnalyticsFilter(), "Asia/Tokyo", NOW).last == date(2026, 11, 26)
    assert range_of(AnalyticsFilter(time_zone="America/New_York"), "Asia/Tokyo", NOW).last == date(2026, 11, 25)
    assert list(problems(AnalyticsFilter(first=date(2016, 11, 25)), "UTC", NOW)) == []
