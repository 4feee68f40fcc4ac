"""Rules for single values, pure: each gives the problems of one value, with the path of its field.

Lengths count Unicode code points.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from services.problems import InvalidInput, Path, invalid

MAX_URL = 2048
MAX_EMAIL = 320
MAX_CENTS = 2**53 - 1
MAX_KEY = 255
MAX_METADATA_BYTES = 4096
MAX_METADATA_DEPTH = 32
FURTHEST_SCHEDULE = timedelta(days=366)

# PostgreSQL stores no NUL, and a lone surrogate is no character.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
ENCODED_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


def text(value: str, path: Path, *, longest: int, required: bool = True) -> Iterator[InvalidInput]:
    if UNSTORABLE.search(value):
        yield invalid(
            "It contains characters that cannot be stored (NUL or half a surrogate pair).", path, "characters"
        )
    elif required and not value.strip():
        yield invalid("It must not be empty.", path, "required")
    elif len(value) > longest:
        yield invalid(
            f"It has {len(value):,} characters; at most {longest:,} are allowed.", path, "max_length", longest
        )


def optional_text(value: str | None, path: Path, *, longest: int) -> Iterator[InvalidInput]:
    if value is not None:
        yield from text(value, path, longest=longest, required=False)


def url(value: str, path: Path) -> Iterator[InvalidInput]:
    """An absolute http or https address."""
    if problems := list(text(value, path, longest=MAX_URL)):
        yield from problems
    elif not _is_web_address(value):
        yield invalid("It must be an absolute http or https address.", path, "http_url")


def _is_web_address(value: str) -> bool:
    if re.search(r"[\s\x00-\x1f\\]", value):
        return False
    try:
        parts = urlsplit(value)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def email(value: str, path: Path) -> Iterator[InvalidInput]:
    if problems := list(text(value, path, longest=MAX_EMAIL)):
        yield from problems
    elif not EMAIL.fullmatch(value):
        yield invalid("It is not an e-mail address.", path, "email")


def between(value: int, path: Path, lowest: int, highest: int) -> Iterator[InvalidInput]:
    if value < lowest:
        yield invalid(f"It must be at least {lowest}.", path, "min", lowest)
    elif value > highest:
        yield invalid(f"It must be at most {highest}.", path, "max", highest)


def cents(value: int | None, path: Path, lowest: int = 0) -> Iterator[InvalidInput]:
    if value is not None:
        yield from between(value, path, lowest, MAX_CENTS)


def at_most(values: Sequence[Any], path: Path, most: int) -> Iterator[InvalidInput]:
    if len(values) > most:
        yield invalid(f"There are {len(values):,}; at most {most} are allowed.", path, "max_items", most)


def schedule(value: datetime | None, path: Path, now: datetime) -> Iterator[InvalidInput]:
    """A moment from now to a year ahead."""
    if value is None:
        return
    if value < now:
        yield invalid("It lies in the past.", path, "future")
    elif value > now + FURTHEST_SCHEDULE:
        yield invalid("It lies more than a year ahead.", path, "max_days_ahead", FURTHEST_SCHEDULE.days)


def metadata(value: Any, path: Path) -> Iterator[InvalidInput]:
    """A JSON object of at most 4 kB and 32 levels."""
    if value is None:
        return
    if not isinstance(value, dict):
        yield invalid("It must be a JSON object.", path, "object")
        return
    try:
        encoded = json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (ValueError, RecursionError):
        yield invalid("It is nested too deep, or holds a number JSON does not know.", path, "json")
        return
    if UNSTORABLE.search(encoded) or ENCODED_NUL.search(encoded):
        yield invalid(
            "It contains characters that cannot be stored (NUL or half a surrogate pair).", path, "characters"
        )
    elif len(encoded.encode()) > MAX_METADATA_BYTES:
        yield invalid(f"It is larger than {MAX_METADATA_BYTES} bytes.", path, "max_bytes", MAX_METADATA_BYTES)
    elif _is_deeper(value, MAX_METADATA_DEPTH):
        yield invalid(f"It has more than {MAX_METADATA_DEPTH} levels.", path, "max_depth", MAX_METADATA_DEPTH)


def _is_deeper(value: Any, levels: int) -> bool:
    layer = [value]
    for _ in range(levels):
        layer = [part for whole in layer for part in (whole.values() if isinstance(whole, dict) else whole)]
        layer = [part for part in layer if isinstance(part, dict | list)]
    return bool(layer)
