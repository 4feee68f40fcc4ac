"""Keyset pages: a page begins after a row, not after a number of rows, so a live list never shifts under its reader.

How such a page is read is in `row_order`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Row = TypeVar("Row")
Position = tuple[Any, ...]
"""The key of one row: the values of the columns that order its list, the id last."""


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list is wanted: `count` rows from the front, or from the back if `backwards`."""

    count: int
    after: Position | None = None
    before: Position | None = None
    backwards: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """The rows of a page in list order, each with its position."""

    rows: Sequence[Row]
    positions: Sequence[Position]
    has_next: bool
    has_previous: bool
