"""The scalars of the contract: times in UTC, money in whole cents."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any, NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

MAX_CENTS = 2**53 - 1
# Python reads more of ISO 8601 than that: week dates, missing seconds, commas.
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
RFC_3339 = re.compile(DAY.pattern + r"[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)

Cents = NewType("Cents", int)


def _write_time(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _read_time(value: Any) -> datetime:
    """RFC 3339: with a date, a time and a zone; nothing is guessed."""
    try:
        if not RFC_3339.fullmatch(value):
            raise ValueError
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise GraphQLError("A DateTime is written like 2026-11-30T18:00:00Z, with a time zone.") from None


def _read_date(value: Any) -> date:
    try:
        if not DAY.fullmatch(value):
            raise ValueError
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise GraphQLError("A Date is written like 2026-11-30.") from None


def _read_cents(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1 or abs(value) > MAX_CENTS:
        raise GraphQLError("Cents are a whole number of US cents, up to 2^53 - 1.")
    return int(value)


SCALARS: dict[object, ScalarDefinition] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment in UTC, RFC 3339, such as 2026-11-30T18:00:00.000Z.",
        serialize=_write_time,
        parse_value=_read_time,
    ),
    date: strawberry.scalar(
        name="Date", description="A day, such as 2026-11-30.", serialize=date.isoformat, parse_value=_read_date
    ),
    Cents: strawberry.scalar(
        name="Cents",
        description="Whole US cents, up to 2^53 - 1, as a JSON number.",
        serialize=int,
        parse_value=_read_cents,
    ),
}
