"""Pages of rows that one index keeps in order. Its columns are compared as a whole: compared one by one, no index could
begin with them, and a page deep in a long list would read everything before it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.elements import ColumnElement

from db.queries.keyset import Page, Position, Window

Row = TypeVar("Row")
Columns = Sequence[InstrumentedAttribute[Any]]


def behind(columns: Columns, position: Position, *, descending: bool) -> ColumnElement[bool]:
    """Rows that come after a position. None of the columns may be null."""
    values = tuple_(*position, types=[column.type for column in columns])
    return tuple_(*columns) < values if descending else tuple_(*columns) > values


def within(query: Select[Any], columns: Columns, window: Window, *, descending: bool = False) -> Select[Any]:
    """The rows of a window and one more, in the order in which they are read: from the back if it is `backwards`."""
    if window.after is not None:
        query = query.where(behind(columns, window.after, descending=descending))
    if window.before is not None:
        query = query.where(behind(columns, window.before, descending=not descending))
    return query.order_by(*ordering(columns, descending != window.backwards)).limit(window.count + 1)


def ordering(columns: Columns, descending: bool) -> list[ColumnElement[Any]]:
    return [column.desc() if descending else column.asc() for column in columns]


def page(read: Sequence[Row], window: Window, position: Callable[[Row], Position]) -> Page[Row]:
    """What was read of a window, one row more included, as a page in list order."""
    more, shown = len(read) > window.count, list(read[: window.count])
    if window.backwards:
        shown.reverse()
    return Page(
        shown,
        [position(row) for row in shown],
        has_next=(window.before is not None) if window.backwards else more,
        has_previous=more if window.backwards else (window.after is not None),
    )
