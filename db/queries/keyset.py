"""Keyset pages: a page begins after a row, not after a number of rows, so a live list never shifts under its reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, and_, false, or_, true
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.elements import ColumnElement

from db.engine import ReadSession

Row = TypeVar("Row")
Position = tuple[Any, ...]
"""The key of one row: the values of a keyset's columns, the id last."""


@dataclass(frozen=True, slots=True)
class Keyset:
    """The order of a list: one column and then the id. Nulls come last, in both directions."""

    columns: tuple[InstrumentedAttribute[Any], ...]
    descending: bool = False

    def position(self, row: Any) -> Position:
        return tuple(getattr(row, column.key) for column in self.columns)


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


async def read_page(session: ReadSession, query: Select[Row], keyset: Keyset, window: Window) -> Page[Row]:
    """Read one row more than the page holds, in order to know whether there are more."""
    if window.after is not None:
        query = query.where(_beyond(keyset, window.after, keyset.descending))
    if window.before is not None:
        query = query.where(_beyond(keyset, window.before, not keyset.descending, towards_front=True))
    backwards = keyset.descending != window.backwards
    query = query.order_by(*_ordering(keyset, backwards, window.backwards)).limit(window.count + 1)
    rows = list((await session.scalars(query)).all())
    more, rows = len(rows) > window.count, rows[: window.count]
    if window.backwards:
        rows.reverse()
    return Page(
        rows,
        [keyset.position(row) for row in rows],
        has_next=(window.before is not None) if window.backwards else more,
        has_previous=more if window.backwards else (window.after is not None),
    )


def _ordering(keyset: Keyset, descending: bool, nulls_first: bool) -> list[ColumnElement[Any]]:
    clauses: list[ColumnElement[Any]] = []
    for column in keyset.columns:
        ordered = column.desc() if descending else column.asc()
        nullable = getattr(column.property.columns[0], "nullable", False)
        if nullable:
            ordered = ordered.nulls_first() if nulls_first else ordered.nulls_last()
        clauses.append(ordered)
    return clauses


def _beyond(keyset: Keyset, position: Position, less: bool, towards_front: bool = False) -> ColumnElement[bool]:
    """Rows on the far side of a position, comparing column by column; nulls are behind every value."""
    alternatives: list[ColumnElement[bool]] = []
    equal: list[ColumnElement[bool]] = []
    for column, value in zip(keyset.columns, position, strict=True):
        alternatives.append(and_(*equal, _past(column, value, less, towards_front)))
        equal.append(column.is_(None) if value is None else column == value)
    return or_(*alternatives)


def _past(column: InstrumentedAttribute[Any], value: Any, less: bool, towards_front: bool) -> ColumnElement[bool]:
    if value is None:
        return column.is_not(None) if towards_front else false()
    compared = column < value if less else column > value
    nullable = getattr(column.property.columns[0], "nullable", False)
    return or_(compared, column.is_(None)) if nullable and not towards_front else and_(compared, true())
