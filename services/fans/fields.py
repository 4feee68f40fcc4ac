"""What a fan's fields may hold. Pure: each gives the problems of one value, with the path of its field."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from services import rules
from services.fans import handles
from services.problems import InvalidInput, Path, invalid

MAX_NAME = 200
MAX_HANDLE = 100
MAX_NOTES = 10_000
MAX_TAGS = 50
MAX_TAG = 50
MAX_PLATFORM_FAN_ID = 255

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)


def name(value: str | None, path: Path) -> Iterator[InvalidInput]:
    """The one field that every fan has."""
    if value is None:
        yield invalid("A fan has a name.", path, "required")
    else:
        yield from rules.text(value, path, longest=MAX_NAME)


def handle(value: str, path: Path) -> Iterator[InvalidInput]:
    yield from rules.text(handles.normalised(value)[1:], path, longest=MAX_HANDLE)


def moment(value: datetime, path: Path) -> Iterator[InvalidInput]:
    """A time at which a fan may have been seen."""
    if not EARLIEST <= value <= LATEST:
        yield invalid("It must lie between the years 1970 and 2100.", path, "date_range")


def tags(values: Collection[str], path: Path) -> Iterator[InvalidInput]:
    yield from rules.at_most(tuple(values), path, MAX_TAGS)
    for number, tag in enumerate(tuple(values)[:MAX_TAGS]):
        yield from rules.text(tag, (*path, str(number)), longest=MAX_TAG)


def cleaned(values: Collection[str]) -> tuple[str, ...]:
    """Tags without blanks around and without repeats, in the order given."""
    return tuple(dict.fromkeys(tag.strip() for tag in values))


@dataclass(frozen=True, slots=True)
class Field:
    """A column a user may write: its name in the API and how its value is checked. None is always let pass."""

    shown: str
    check: Any


FIELDS: Mapping[str, Field] = {
    "handle": Field("handle", handle),
    "email": Field("email", rules.email),
    "avatar": Field("avatar", rules.url),
    "platform_fan_id": Field("platformFanId", lambda value, path: rules.text(value, path, longest=MAX_PLATFORM_FAN_ID)),
    "tags": Field("tags", tags),
    "notes": Field("notes", lambda value, path: rules.optional_text(value, path, longest=MAX_NOTES)),
    "value_cents": Field("valueCents", rules.cents),
    "last_seen_at": Field("lastSeenAt", moment),
}


def problems(values: Mapping[str, Any], root: Path) -> Iterator[InvalidInput]:
    """Of the columns in `values`; of a name only where it is given."""
    if "name" in values:
        yield from name(values["name"], (*root, "name"))
    for column, field in FIELDS.items():
        if values.get(column) is not None:
            yield from field.check(values[column], (*root, field.shown))
