"""Lists of living fans: filtered, ordered, page by page; their number; their tags."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Select, cast, collate, func, literal, select
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import InstrumentedAttribute

from db.engine import ReadSession
from db.models import Fan
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
class Selection:
    """Which of an owner's living fans are meant; what is None narrows nothing. Bounds are included.

    `terms` is a tsquery over the words under which fans are found; "" asks for none.
    """

    terms: str = ""
    platform: str | None = None
    account_ids: tuple[UUID, ...] | None = None
    min_value_cents: int | None = None
    max_value_cents: int | None = None
    seen_after: datetime | None = None
    seen_before: datetime | None = None


EVERYBODY = Selection()
NOBODY = Selection(account_ids=())


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

    def position(self, fan: Fan) -> Position:
        return getattr(fan, self.column.key), fan.id


_Stretch = tuple[list[ColumnElement[bool]], list[ColumnElement[Any]]]
"""The conditions of a part of a list, and its order."""


def selected(owner: UUID, selection: Selection) -> Select[Fan]:
    """The statement for the fans of a selection, in no order."""
    query = select(Fan).where(Fan.user_id == owner, Fan.deleted_at.is_(None), *_conditions(selection))
    if selection.terms:
        query = query.where(Fan.id.in_(select(found(owner, selection.terms).c.id)))
    return query


def found(owner: UUID, terms: str) -> CTE:
    """The ids of fans with these words, as a part of a statement that is always answered by the index of words.

    Left to itself the planner, which cannot know how rare a word is, walks the list's order instead.
    """
    words = Fan.search.bool_op("@@")(cast(terms, TSQUERY))
    return select(Fan.id).where(Fan.user_id == owner, words).cte("found").prefix_with("MATERIALIZED")


def _conditions(selection: Selection) -> Iterator[ColumnElement[bool]]:
    if selection.platform is not None:
        yield Fan.platform == selection.platform
    if selection.account_ids is not None:
        yield _of_accounts(selection.account_ids)
    if selection.min_value_cents is not None:
        yield Fan.value_cents >= selection.min_value_cents
    if selection.max_value_cents is not None:
        yield Fan.value_cents <= selection.max_value_cents
    if selection.seen_after is not None:
        yield Fan.last_seen_at >= selection.seen_after
    if selection.seen_before is not None:
        yield Fan.last_seen_at <= selection.seen_before


def _of_accounts(account_ids: tuple[UUID, ...]) -> ColumnElement[bool]:
    """One account by equality, which keeps the order of its index."""
    column = Fan.creator_account_id
    return column == account_ids[0] if len(account_ids) == 1 else column.in_(account_ids)


async def read_list(
    session: ReadSession, owner: UUID, selection: Selection, order: FanOrder, window: Window
) -> Page[Fan]:
    """One page; two statements at most."""
    rows: list[Fan] = []
    for conditions, ordered in _stretches(order, window):
        missing = window.count + 1 - len(rows)
        if missing > 0:
            query = selected(owner, selection).where(*conditions).order_by(*ordered).limit(missing)
            rows += (await session.scalars(query)).all()
    return page(rows, window, order.position)


def _stretches(order: FanOrder, window: Window) -> list[_Stretch]:
    """Each kept in order by one index: fans with a value, then those without; the reverse when read from the back."""
    both = [each for each in (_valued(order, window), _unvalued(order, window)) if each is not None]
    return both[::-1] if window.backwards else both


def _valued(order: FanOrder, window: Window) -> _Stretch | None:
    after, before, columns = window.after, window.before, (order.column, Fan.id)
    if after is not None and after[0] is None:
        return None
    conditions = [order.column.is_not(None)]
    if after is not None:
        conditions.append(behind(columns, after, descending=order.descending))
    if before is not None and before[0] is not None:
        conditions.append(behind(columns, before, descending=not order.descending))
    return conditions, ordering(columns, order.descending != window.backwards)


def _unvalued(order: FanOrder, window: Window) -> _Stretch | None:
    after, before = window.after, window.before
    if not order.nullable or (before is not None and before[0] is not None):
        return None
    conditions = [order.column.is_(None)]
    if after is not None and after[0] is None:
        conditions.append(behind((Fan.id,), after[1:], descending=order.descending))
    if before is not None:
        conditions.append(behind((Fan.id,), before[1:], descending=not order.descending))
    # Named although it is null throughout: so the planner recognises the order of the index.
    return conditions, ordering((order.column, Fan.id), order.descending != window.backwards)


async def count(session: ReadSession, owner: UUID, selection: Selection) -> int:
    query = selected(owner, selection).with_only_columns(func.count(), maintain_column_froms=True)
    return await session.scalar(query) or 0


async def tag_counts(session: ReadSession, owner: UUID, part: str, limit: int) -> Sequence[tuple[str, int]]:
    """The tags of living fans and how many carry each, most used first; those that contain `part`, if it says any.

    Case and accents do not count.
    """
    each = select(func.unnest(Fan.tags).label("tag")).where(Fan.user_id == owner, Fan.deleted_at.is_(None)).subquery()
    grouped = select(each.c.tag, func.count().label("fans")).group_by(each.c.tag)
    # Counted first, so that each tag is compared once and not once for each fan.
    tags = grouped.cte("counted").prefix_with("MATERIALIZED")
    query = select(tags.c.tag, tags.c.fans).order_by(tags.c.fans.desc(), collate(tags.c.tag, "C"))
    if part:
        query = query.where(func.strpos(_plain(tags.c.tag), _plain(literal(part))) > 0)
    return [(row[0], row[1]) for row in await session.execute(query.limit(limit))]


def _plain(text: ColumnElement[str]) -> ColumnElement[str]:
    decomposed = func.pg_catalog.normalize(text, "NFKD")
    return func.lower(func.regexp_replace(decomposed, "[\u0300-\u036f]", "", "g"))
