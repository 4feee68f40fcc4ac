"""Relay connections over keyset pages. Cursors carry the sort key and the id of a row; opaque to clients."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import strawberry

from db.queries.keyset import Page, Position, Window
from schema.errors import fault
from services.rules import UNSTORABLE

T = TypeVar("T")
Row = TypeVar("Row")

LARGEST_PAGE = 100
LARGEST_INT = 2**63

First = Annotated[int | None, strawberry.argument(description="So many from the front, at most 100.")]
After = Annotated[str | None, strawberry.argument(description="Begin behind this cursor.")]
Last = Annotated[int | None, strawberry.argument(description="So many from the end, at most 100.")]
Before = Annotated[str | None, strawberry.argument(description="End before this cursor.")]


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Is there more after this page?")
    has_previous_page: bool = strawberry.field(description="Is there more before this page?")
    start_cursor: str | None = strawberry.field(description="Cursor of the first edge.")
    end_cursor: str | None = strawberry.field(description="Cursor of the last edge.")


@strawberry.type(description="One entry of a page.")
class Edge(Generic[T]):
    cursor: str = strawberry.field(description="Where this entry stands; opaque.")
    node: T = strawberry.field(description="The object itself.")


@strawberry.type(description="One page of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = strawberry.field(description="The entries with their cursors.")
    nodes: list[T] = strawberry.field(description="The objects themselves, without cursors.")
    page_info: PageInfo = strawberry.field(description="Where the page stands.")
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @strawberry.field(description="Length of the whole list; counted only when selected.")
    async def total_count(self) -> int:
        return await self.count()


def connect(page: Page[Row], show: Callable[[Row], T], count: Callable[[], Awaitable[int]]) -> Connection[T]:
    """A page of rows as a connection of what `show` makes of them."""
    nodes = [show(row) for row in page.rows]
    cursors = [write_cursor(position) for position in page.positions]
    return Connection(
        edges=[Edge(cursor=cursor, node=node) for cursor, node in zip(cursors, nodes, strict=True)],
        nodes=nodes,
        page_info=PageInfo(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=cursors[0] if cursors else None,
            end_cursor=cursors[-1] if cursors else None,
        ),
        count=count,
    )


def window(
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
    *,
    usual: int,
    kinds: Sequence[type],
    backwards: bool = False,
) -> Window:
    """The arguments of a connection as a window. `kinds`: the types of the cursor's values.

    Raises a BAD_USER_INPUT fault for sizes out of 0..100, `first` with `last`, and cursors that are not ours.
    """
    if first is not None and last is not None:
        raise fault("BAD_USER_INPUT", "Give `first` or `last`, not both.")
    for name, size in (("first", first), ("last", last)):
        if size is not None and not 0 <= size <= LARGEST_PAGE:
            raise fault("BAD_USER_INPUT", f"`{name}` must be from 0 to {LARGEST_PAGE}.")
    from_the_back = last is not None or (first is None and backwards and after is None)
    size = last if last is not None else first
    return Window(
        count=usual if size is None else size,
        after=None if after is None else read_cursor(after, kinds, "after"),
        before=None if before is None else read_cursor(before, kinds, "before"),
        backwards=from_the_back,
    )


def write_cursor(position: Position) -> str:
    values = [_written(value) for value in position]
    return base64.urlsafe_b64encode(json.dumps(values, separators=(",", ":")).encode()).decode()


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def read_cursor(text: str, kinds: Sequence[type], argument: str) -> Position:
    """The position a cursor of this list stands for. Raises a BAD_USER_INPUT fault."""
    try:
        values = json.loads(base64.urlsafe_b64decode(text.encode("ascii")))
        if not isinstance(values, list):
            raise TypeError
        return tuple(_read(value, kind) for value, kind in zip(values, kinds, strict=True))
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error):
        raise fault("BAD_USER_INPUT", f"`{argument}` is not a cursor of this list.") from None


def _read(value: Any, kind: type) -> Any:
    if value is None:
        return None
    if kind is datetime:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError
        return moment.astimezone(UTC)
    if not isinstance(value, str if kind is UUID else kind) or isinstance(value, bool):
        raise TypeError
    if (isinstance(value, int) and not -LARGEST_INT <= value < LARGEST_INT) or UNSTORABLE.search(str(value)):
        raise ValueError
    return UUID(str(value)) if kind is UUID else value
