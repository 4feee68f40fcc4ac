from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.platforms.retry_after import MAX_SECONDS, retry_after_seconds

NOW = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("nan", None),
        ("1.2.3", None),
        ("٣", None),
        ("0", 0.0),
        ("30", 30.0),
        (" 2.5 ", 2.5),
        ("86400", MAX_SECONDS),
        ("9e999", MAX_SECONDS),
        ("Fri, 20 Nov 2026 12:00:30 GMT", 30.0),
        ("Fri, 20 Nov 2026 11:59:00 GMT", 0.0),
        ("Fri, 20 Nov 2026 12:00:30", 30.0),
        ("Sat, 21 Nov 2026 12:00:00 GMT", MAX_SECONDS),
        ("Fri, 99 Nov 2026 12:00:00 GMT", None),
    ],
)
def test_seconds_and_dates_are_read_and_bounded(value: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(value, NOW) == seconds


@given(st.text(max_size=60))
def test_no_header_is_too_odd(value: str) -> None:
    seconds = retry_after_seconds(value, NOW)

    assert seconds is None or 0 <= seconds <= MAX_SECONDS
