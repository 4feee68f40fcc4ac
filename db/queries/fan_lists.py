"""Lists of living fans: filtered, searched, in several orders, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from db.engine import ReadSession
from db.models import Fan
from db.queries.fan_selections import Selection, has, listed, selected
from db.queries.keyset import Page, Position, Window
from db.queries.row_order import behind, ordering, page

COLUMNS: Mapping[str, InstrumentedAttribute[Any]] = {
    "VALUE_CENTS": Fan.value_cents,
    "LAST_SEEN_AT": Fan.last_seen_at,
    "CREATED_AT": Fan.created_at,
    "NAME": Fan.name_key,
}
KINDS: Mapping[str, tuple[type, ...]] = {
    "VALUE_CENTS": (int, UUID),
    "LAST_SEEN_AT": (datetime, UUID),
    "CREATED_AT": (datetime, UUID),
    "NAME": (str, UUID),
}


@dataclass(frozen=True, slots=True)
class FanOrder:
    """`field` is a key of COLUMNS. Fans never seen come last in both directions."""

    field: str = "CREATED_AT"
    descending: bool = True

    @property
    def column(self) -> InstrumentedAttribute[Any]:
        return COLUMNS[self.field]

    @property
    def nullable(self) -> bool:
        return self.field == "LAST_SEEN_AT"

    @property
    def kinds(self) -> tuple[type, ...]:
        """The types of a position in this order."""
        return KINDS[self.field]

    def by(self, fans: type[Fan], backwards: bool) -> list[ColumnElement[Any]]:
        """How rows of `fans`, the table or a part of it, are sorted when they are read."""
        return ordering((getattr(fans, self.column.key), fans.id), self.descending != backwards)

    def position(self, fan: Fan) -> Position:
        return getattr(fan, self.column.key), fan.id


NEAR = 1000
"""So many fans are looked through in the order of the list before the index of words is asked for all that match."""


async def read_list(
    session: ReadSession, owner: UUID, selection: Selection, order: FanOrder, window: Window
) -> Page[Fan]:
    """One page. At most four statements, however long the list is."""
    rows: list[Fan] = []
    for place in _stretches(order, window):
        missing = window.count + 1 - len(rows)
        if missing > 0:
            rows += await _read(session, owner, selection, order, place, missing, backwards=window.backwards)
    return page(rows, window, order.position)


async def _read(
    session: ReadSession,
    owner: UUID,
    selection: Selection,
    order: FanOrder,
    place: Sequence[ColumnElement[bool]],
    limit: int,
    *,
    backwards: bool,
) -> Sequence[Fan]:
    """What many fans have is soon found on the way; what few have is found by index."""
    in_order = listed(owner, selection).where(*place).order_by(*order.by(Fan, backwards))
    if not selection.terms:
        return (await session.scalars(in_order.limit(limit))).all()
    looked_through = in_order.add_columns(Fan.search).limit(NEAR).subquery()
    near = aliased(Fan, looked_through)
    hits = select(near).where(has(looked_through.c.search, selection.terms)).order_by(*order.by(near, backwards))
    rows = (await session.scalars(hits.limit(limit))).all()
    if len(rows) == limit:
        return rows
    # Found first and sorted then: else the planner, which cannot know how rare a word is, walks the list to its end.
    everywhere = selected(owner, selection).where(*place).cte("found").prefix_with("MATERIALIZED")
    found = aliased(Fan, everywhere)
    return (await session.scalars(select(found).order_by(*order.by(found, backwards)).limit(limit))).all()


def _stretches(order: FanOrder, window: Window) -> list[list[ColumnElement[bool]]]:
    """The conditions of each part that one index keeps in order: fans with a value, and behind them those without."""
    both = [each for each in (_valued(order, window), _unvalued(order, window)) if each is not None]
    return both[::-1] if window.backwards else both


def _valued(order: FanOrder, window: Window) -> list[ColumnElement[bool]] | None:
    after, before, columns = window.after, window.before, (order.column, Fan.id)
    if after is not None and after[0] is None:
        return None
    conditions = [order.column.is_not(None)]
    if after is not None:
        conditions.append(behind(columns, after, descending=order.descending))
    if before is not None and before[0] is not None:
        conditions.append(behind(columns, before, descending=not order.descending))
    return conditions


def _unvalued(order: FanOrder, window: Window) -> list[ColumnElement[bool]] | None:
    after, before = window.after, window.before
    if not order.nullable or (before is not None and before[0] is not None):
        return None
    conditions = [order.column.is_(None)]
    if after is not None and after[0] is None:
        conditions.append(behind((Fan.id,), after[1:], descending=order.descending))
    if before is not None:
        conditions.append(behind((Fan.id,), before[1:], descending=not order.descending))
    return conditions
