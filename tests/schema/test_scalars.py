from __future__ import annotations

import contextlib
import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as st

from schema.scalars import SCALARS, Cents

MOMENT, DAY, MONEY = SCALARS[datetime], SCALARS[date], SCALARS[Cents]
WIRE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(timezones=zones).filter(lambda moment: 1 < moment.year < 9999)
odd_values = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers())


def read(scalar: Any, value: object) -> Any:
    return scalar.parse_value(value)


def write(scalar: Any, value: object) -> Any:
    return scalar.serialize(value)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-30T18:00:00Z", datetime(2026, 11, 30, 18, tzinfo=UTC)),
        ("2026-11-30t18:00:00z", datetime(2026, 11, 30, 18, tzinfo=UTC)),
        ("2026-11-30T18:00:00.5Z", datetime(2026, 11, 30, 18, 0, 0, 500_000, UTC)),
        ("2026-11-30T18:00:00.123456789Z", datetime(2026, 11, 30, 18, 0, 0, 123_456, UTC)),
        ("2026-11-30T18:00:00+02:00", datetime(2026, 11, 30, 16, tzinfo=UTC)),
        ("2026-11-30T18:00:00-00:30", datetime(2026, 11, 30, 18, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_into_utc(text: str, moment: datetime) -> None:
    assert read(MOMENT, text) == moment
    assert read(MOMENT, text).tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    [
        "", "now", "2026-11-30", "18:00:00Z", "2026-11-30T18:00:00", "2026-11-30 18:00:00Z", "2026-11-30T18:00Z",
        "2026-11-30T18Z", "20261130T180000Z", "2026-W48-1T18:00:00Z", "2026-11-30T18:00:00,5Z", "2026-11-30T18:00:00.Z",
        "2026-11-30T18:00:00+02", "2026-11-30T18:00:00+0200", "2026-11-30T18:00:00+02:00:30", "2026-02-30T18:00:00Z",
        "2026-11-30T24:00:00Z", "2026-11-30T18:00:60Z", "٢٠٢٦-11-30T18:00:00Z", "2026-11-30T18:00:00Z ",
        "2026-11-30T18:00:00Z\n", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0000-01-01T00:00:00Z",
        5, 1.5, None, True, ["2026-11-30T18:00:00Z"], {},
    ],
)  # fmt: skip
def test_nothing_is_guessed_about_a_moment(value: object) -> None:
    with pytest.raises(GraphQLError, match="2026-11-30T18:00:00Z"):
        read(MOMENT, value)


@given(moments)
def test_a_moment_is_written_in_utc_to_the_millisecond(moment: datetime) -> None:
    written = write(MOMENT, moment)

    assert WIRE.fullmatch(written)
    assert timedelta(0) <= moment - read(MOMENT, written) < timedelta(milliseconds=1)
    assert write(MOMENT, read(MOMENT, written)) == written


@given(st.dates())
def test_a_day_reads_what_it_wrote(day: date) -> None:
    assert read(DAY, write(DAY, day)) == day


@pytest.mark.parametrize(
    "value",
    ["", "20261130", "2026-W48-1", "2026-11-31", "2026-11-30T00:00:00Z", " 2026-11-30", "2026-11-30\n", 20261130, None],
)
def test_nothing_is_guessed_about_a_day(value: object) -> None:
    with pytest.raises(GraphQLError, match="2026-11-30"):
        read(DAY, value)


@pytest.mark.parametrize(
    ("value", "cents"), [(0, 0), (-5, -5), (500, 500), (500.0, 500), (2**53 - 1, 2**53 - 1), (1 - 2**53, 1 - 2**53)]
)
def test_money_is_whole_cents(value: object, cents: int) -> None:
    found = read(MONEY, value)

    assert (found, type(found)) == (cents, int)
    assert write(MONEY, found) == cents


@pytest.mark.parametrize(
    "value",
    [True, False, None, "5", "5.00", "", 0.5, 1e-9, 2**53, -(2**53), 1e300, float("nan"), float("inf"), [5]],
)
def test_anything_else_is_no_money(value: object) -> None:
    with pytest.raises(GraphQLError, match="whole number of US cents"):
        read(MONEY, value)


@given(odd_values)
def test_no_value_does_worse_than_be_refused(value: object) -> None:
    for scalar in (MOMENT, DAY, MONEY):
        with contextlib.suppress(GraphQLError):
            read(scalar, value)
