"""The list of conversations: filtered, searched, in several orders, a page at a time.

Listed is a conversation that has a message and whose fan was not deleted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, Select, and_, case, cast, false, func, not_, or_, select, true, union
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.sql.elements import ColumnElement

from db.engine import ReadSession
from db.models import Conversation, Fan, Message
from db.queries import conversations
from db.queries.keyset import Page, Position, Window
from db.queries.message_pages import IN_CONVERSATION
from db.queries.row_order import behind, ordering, page

CURSOR_KINDS = (datetime, UUID)

NEAR, NEWEST = 150, 150
"""So many conversations are looked through, and of each so many messages, before the index of words is asked."""


class Column(Enum):
    """What the list may be ordered by; the id decides between equals."""

    LAST_MESSAGE_AT = "last_message_at"
    LAST_INCOMING_AT = "last_incoming_at"


@dataclass(frozen=True, slots=True)
class Order:
    """Conversations without a value come last, in both directions."""

    column: Column = Column.LAST_MESSAGE_AT
    descending: bool = True

    @property
    def nullable(self) -> bool:
        """Every conversation listed has a message, but not every fan has written."""
        return self.column is Column.LAST_INCOMING_AT

    def position(self, row: Conversation) -> Position:
        return getattr(row, self.column.value), row.id


@dataclass(frozen=True, slots=True)
class Selection:
    """What must hold, all of it; bounds are included. Money in US cents.

    `words` and `tags` are tsqueries, "" asks for none: words of the fan or of one message, tags of the fan.
    """

    unread_only: bool = False
    awaiting_reply: bool | None = None
    platform: str | None = None
    account_ids: tuple[UUID, ...] | None = None
    words: str = ""
    tags: str = ""
    min_fan_value_cents: int | None = None
    active_after: datetime | None = None
    active_before: datetime | None = None

    @property
    def empty(self) -> bool:
        """Of no account at all: there is nothing to ask for."""
        return self.account_ids == ()


NOTHING = Selection(account_ids=())


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A part of the list that one index keeps in order: conversations with a value, or those without."""

    conditions: Sequence[ColumnElement[bool]]
    ordering: Sequence[ColumnElement[Any]]


async def read_list(
    session: ReadSession, owner: UUID, selection: Selection, order: Order, window: Window
) -> Page[Conversation]:
    """One page. At most four statements, however long the list is."""
    rows: list[Conversation] = []
    for stretch in () if selection.empty else _stretches(order, window):
        missing = window.count + 1 - len(rows)
        if missing > 0:
            rows += await _read(session, owner, selection, stretch, missing)
    return page(rows, window, order.position)


async def count_list(session: ReadSession, owner: UUID, selection: Selection) -> int:
    if selection.empty:
        return 0
    query = _listed(owner, selection).where(*_found(owner, selection))
    return await session.scalar(query.with_only_columns(func.count())) or 0


def _stretches(order: Order, window: Window) -> Iterator[_Stretch]:
    """In the order in which they are read: those without a value last, or first when a page is read from the back."""
    both = _with_value(order, window), _without_value(order, window)
    yield from (stretch for stretch in (reversed(both) if window.backwards else both) if stretch)


def _with_value(order: Order, window: Window) -> _Stretch | None:
    column, after, before = getattr(Conversation, order.column.value), window.after, window.before
    if after is not None and after[0] is None:
        return None
    conditions, place = [column.is_not(None)], (column, Conversation.id)
    if after is not None:
        conditions.append(behind(place, after, descending=order.descending))
    if before is not None and before[0] is not None:
        conditions.append(behind(place, before, descending=not order.descending))
    return _Stretch(conditions, ordering(place, order.descending != window.backwards))


def _without_value(order: Order, window: Window) -> _Stretch | None:
    column, after, before = getattr(Conversation, order.column.value), window.after, window.before
    if not order.nullable or (before is not None and before[0] is not None):
        return None
    conditions, place = [column.is_(None)], (Conversation.id,)
    if after is not None and after[0] is None:
        conditions.append(behind(place, after[1:], descending=order.descending))
    if before is not None:
        conditions.append(behind(place, before[1:], descending=not order.descending))
    # Null throughout, and named all the same: so the planner recognises the order of the index.
    return _Stretch(conditions, ordering((column, *place), order.descending != window.backwards))


async def _read(
    session: ReadSession, owner: UUID, selection: Selection, stretch: _Stretch, limit: int
) -> Sequence[Conversation]:
    query = _listed(owner, selection).where(*stretch.conditions)
    if not (selection.words or selection.tags):
        return (await session.scalars(query.order_by(*stretch.ordering).limit(limit))).all()
    matching = _first(await _look_through(session, owner, selection, query, stretch), limit)
    if matching is None:
        everywhere = query.where(*_found(owner, selection)).order_by(*stretch.ordering)
        return (await session.scalars(everywhere.limit(limit))).all()
    rows = {row.id: row for row in await conversations.get_many(session, owner, matching)}
    return [rows[conversation_id] for conversation_id in matching if conversation_id in rows]


def _first(near: Sequence[tuple[UUID, bool | None]], limit: int) -> Sequence[UUID] | None:
    """The first that match; None where they are not among those that were looked through, or it cannot be told."""
    matching: list[UUID] = []
    for conversation_id, matches in near:
        if len(matching) == limit:
            return matching
        if matches is None:
            return None
        if matches:
            matching.append(conversation_id)
    return None if len(matching) < limit and len(near) == NEAR else matching


def _listed(owner: UUID, selection: Selection) -> Select[Conversation]:
    """The filtered list, without its words and tags."""
    fan_of_it = and_(Fan.user_id == Conversation.user_id, Fan.id == Conversation.fan_id)
    return (
        select(Conversation)
        .select_from(Conversation)
        .join(Fan, fan_of_it)
        .where(Conversation.user_id == owner, Fan.user_id == owner)
        .where(Fan.deleted_at.is_(None), Conversation.last_message_at.is_not(None))
        .where(*_conditions(selection))
    )


def _conditions(selection: Selection) -> Iterator[ColumnElement[bool]]:
    if selection.unread_only:
        yield Conversation.unread_count > 0
    if selection.awaiting_reply is not None:
        yield and_(Conversation.awaiting_reply) if selection.awaiting_reply else not_(Conversation.awaiting_reply)
    if selection.platform is not None:
        yield Conversation.platform == selection.platform
    if selection.account_ids is not None:
        yield _of_accounts(selection.account_ids)
    if selection.min_fan_value_cents is not None:
        yield Fan.value_cents >= selection.min_fan_value_cents
    if selection.active_after is not None:
        yield Conversation.last_message_at >= selection.active_after
    if selection.active_before is not None:
        yield Conversation.last_message_at <= selection.active_before


def _of_accounts(account_ids: tuple[UUID, ...]) -> ColumnElement[bool]:
    """One account by equality, which keeps the order of its index."""
    only, column = account_ids[0], Conversation.creator_account_id
    return column == only if len(account_ids) == 1 else column.in_(account_ids)


async def _look_through(
    session: ReadSession, owner: UUID, selection: Selection, query: Select[Conversation], stretch: _Stretch
) -> Sequence[tuple[UUID, bool | None]]:
    """The next conversations in order, each with whether it matches: what is frequent is soon found among them.

    None: not in its newest messages, and it has more of them than were looked at.
    """
    place = func.row_number().over(order_by=stretch.ordering).label("place")
    words, tags = _has_by_itself(Fan.search, selection.words), _has_by_itself(Fan.search, selection.tags)
    columns = (Conversation.id, words.label("words"), tags.label("tags"), place)
    limited = query.with_only_columns(*columns).order_by(*stretch.ordering).limit(NEAR)
    near = limited.cte("near").prefix_with("MATERIALIZED")
    newest = (
        select(_has_by_itself(Message.search, selection.words).label("words"))
        .where(Message.user_id == owner, Message.conversation_id == near.c.id, IN_CONVERSATION)
        .where(near.c.tags, not_(near.c.words))
        .order_by(Message.placed_at.desc(), Message.id.desc())
        .limit(NEWEST + 1)
        .correlate(near)
        .lateral()
    )
    looked_at = select(func.bool_or(newest.c.words).label("words"), func.count().label("messages")).lateral()
    matches = case((or_(near.c.words, looked_at.c.words), near.c.tags), (looked_at.c.messages <= NEWEST, false()))
    rows = await session.execute(select(near.c.id, matches).join(looked_at, true()).order_by(near.c.place))
    return [(row[0], row[1]) for row in rows]


def _found(owner: UUID, selection: Selection) -> Iterator[ColumnElement[bool]]:
    """By index, whatever the planner thinks: it cannot know how rare a word is, and would walk the list instead."""
    if selection.words:
        yield Conversation.id.in_(select(_with_words(owner, selection.words).c.id))
    if selection.tags:
        tagged = select(Fan.id).where(Fan.user_id == owner, _has(Fan.search, selection.tags))
        yield Conversation.fan_id.in_(select(tagged.cte("tagged").prefix_with("MATERIALIZED").c.id))


def _with_words(owner: UUID, words: str) -> CTE:
    """The conversations of fans who have the words, and those with a message that has them."""
    of_messages = select(Message.conversation_id.label("id")).where(
        Message.user_id == owner, _has(Message.search, words), IN_CONVERSATION
    )
    of_fans = (
        select(Conversation.id)
        .join(Fan, and_(Fan.user_id == Conversation.user_id, Fan.id == Conversation.fan_id))
        .where(Conversation.user_id == owner, Fan.user_id == owner, _has(Fan.search, words))
    )
    return union(of_messages, of_fans).cte("found").prefix_with("MATERIALIZED")


def _has(column: Any, terms: str) -> ColumnElement[bool]:
    if not terms:
        return true()
    found: ColumnElement[bool] = column.bool_op("@@")(cast(terms, TSQUERY))
    return found


def _has_by_itself(column: Any, terms: str) -> ColumnElement[bool]:
    """As `_has`, for one row after the other: written so that no index of words is asked once for each of them."""
    return func.coalesce(_has(column, terms), false())
