"""What an import has taken for granted, counted, and said in words. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from services.fans.imports.encoding import WINDOWS
from services.fans.imports.plan import BY_NAME
from services.fans.imports.records import Layout
from services.fans.imports.rows import CURRENCY, MONTH_FIRST, ZONE_ASSUMED

FAILURES_KEPT = "failures_kept"
MOST_FAILURES_KEPT = 10_000
NO_ROWS, IGNORED, ENCODING = "no_rows", "ignored", "encoding"

MOST_NAMES = 10
LONGEST_NAME = 50

Notes = Mapping[str, Any]


def of_layout(layout: Layout, total_rows: int) -> dict[str, Any]:
    """What is known once the file has been read through."""
    notes: dict[str, Any] = {}
    if layout.encoding == WINDOWS:
        notes[ENCODING] = WINDOWS
    if layout.columns.ignored:
        notes[IGNORED] = [name[:LONGEST_NAME] for name in layout.columns.ignored[:MOST_NAMES]]
    return notes | ({NO_ROWS: True} if total_rows == 0 else {})


def added(notes: Notes, more: Counter[str]) -> dict[str, Any]:
    return {**notes, **{name: notes.get(name, 0) + number for name, number in more.items() if number}}


def in_words(notes: Notes, error_count: int) -> list[str]:
    return list(_in_words(notes, error_count))


def _in_words(notes: Notes, error_count: int) -> Iterator[str]:
    if notes.get(NO_ROWS):
        yield "The file has no rows below the line that names its columns."
    if notes.get(ENCODING):
        yield "The file is not UTF-8; it was read as Windows-1252."
    if names := notes.get(IGNORED):
        yield f"Columns of other names were passed over: {', '.join(names)}."
    if number := notes.get(MONTH_FIRST):
        yield f"Dates like 11/01/2025 were read with the month first, in {_rows(number)}."
    if number := notes.get(ZONE_ASSUMED):
        yield f"Times without a zone were taken as UTC, in {_rows(number)}."
    for name in sorted(notes):
        if name.startswith(f"{CURRENCY} "):
            currency = name.removeprefix(f"{CURRENCY} ")
            yield f"Amounts in {currency} were taken as they are, without conversion, in {_rows(notes[name])}."
    if number := notes.get(BY_NAME):
        yield f"The name alone told who was meant in {_rows(number)}; give the username to be sure."
    if error_count > MOST_FAILURES_KEPT:
        yield f"The first {MOST_FAILURES_KEPT:,} of the rows that failed are listed; {error_count:,} did."


def _rows(number: int) -> str:
    return f"{number:,} row" if number == 1 else f"{number:,} rows"
