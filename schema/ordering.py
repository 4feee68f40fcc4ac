"""Lists with several orders: each cursor names the order it belongs to, and is refused in any other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import strawberry

from db.queries.keyset import Page, Position, Row, Window
from schema.errors import fault
from schema.pagination import window
from services.rules import UNSTORABLE

LARGEST_NUMBER = 2**63 - 1


@strawberry.enum(description="Which end of an order comes first. What has no value comes last in both.")
class OrderDirection(Enum):
    ASC = strawberry.enum_value("ASC", description="Smallest, oldest, A first.")
    DESC = strawberry.enum_value("DESC", description="Largest, newest, Z first.")


def ordered_window(
    order: str,
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
    *,
    usual: int,
    kinds: Sequence[type],
    nullable: bool = False,
) -> Window:
    """As `schema.pagination.window`; `order` names the list's order, `kinds` the types of a row's position in it.

    `nullable`: rows may have no value to be ordered by.

    Raises a BAD_USER_INPUT fault, also for cursors of another order and for values that no row can have.
    """
    found = window(first, after, last, before, usual=usual, kinds=(str, *kinds))
    return replace(
        found,
        after=_place(order, found.after, "after", nullable),
        before=_place(order, found.before, "before", nullable),
    )


def ordered_page(order: str, page: Page[Row]) -> Page[Row]:
    """The page with positions whose cursors name their order."""
    return replace(page, positions=[(order, *position) for position in page.positions])


def _place(order: str, position: Position | None, argument: str, nullable: bool) -> Position | None:
    if position is None:
        return None
    name, *values = position
    if name != order:
        raise fault("BAD_USER_INPUT", f"`{argument}` is a cursor of another order.")
    try:
        return (*(_value(value, nullable) for value in values[:-1]), _value(values[-1], False))
    except (ValueError, OverflowError):
        raise fault("BAD_USER_INPUT", f"`{argument}` is not a cursor of this list.") from None


def _value(value: Any, nullable: bool) -> Any:
    """The value as the database can take it; raises ValueError or OverflowError for one that was made up."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    out_of_range = isinstance(value, int) and abs(value) > LARGEST_NUMBER
    odd = isinstance(value, str) and UNSTORABLE.search(value)
    if out_of_range or odd or (value is None and not nullable):
        raise ValueError
    return value
