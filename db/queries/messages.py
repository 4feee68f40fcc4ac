"""Messages: read them, store them, and move them on. Every change of status is conditional on the one before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from db.engine import ReadSession, WriteSession
from db.models import Message
from db.owner_guard import crossing
from db.queries.keyset import Keyset, Page, Window, read_page

NOW = func.clock_timestamp()

CONVERSATION_ORDER = Keyset((Message.placed_at, Message.id))
NEWEST_FIRST = Keyset((Message.placed_at, Message.id), descending=True)

CURSOR_KINDS = (datetime, UUID)


async def get(session: ReadSession, owner: UUID, message_id: UUID) -> Message | None:
    return await session.get(Message, (owner, message_id), populate_existing=True)


async def get_many(session: ReadSession, owner: UUID, ids: Sequence[UUID]) -> Sequence[Message]:
    query = select(Message).where(Message.user_id == owner, Message.id.in_(ids))
    return (await session.scalars(query)).all()


async def lock(session: WriteSession, owner: UUID, message_id: UUID) -> Message | None:
    query = select(Message).where(Message.user_id == owner, Message.id == message_id).with_for_update()
    return await session.scalar(query.execution_options(populate_existing=True))


async def by_platform_id(
    session: ReadSession, owner: UUID, creator_account_id: UUID, platform_message_id: str
) -> Message | None:
    query = select(Message).where(
        Message.user_id == owner,
        Message.creator_account_id == creator_account_id,
        Message.platform_message_id == platform_message_id,
    )
    return await session.scalar(query)


async def move(
    session: WriteSession,
    owner: UUID,
    message_id: UUID,
    before: Sequence[str],
    *conditions: ColumnElement[bool],
    **values: Any,
) -> Message | None:
    """Change a message that is in one of the statuses `before`. None when it is not (any more): nothing was changed."""
    statement = (
        update(Message)
        .where(Message.user_id == owner, Message.id == message_id, Message.status.in_(before), *conditions)
        .values(version=Message.version + 1, **values)
        .returning(Message)
    )
    return await session.scalar(statement, execution_options={"populate_existing": True})


async def page_of_conversation(
    session: ReadSession, owner: UUID, conversation_id: UUID, window: Window
) -> Page[Message]:
    """One page, oldest to newest. Campaign messages that were not sent yet are not part of the conversation."""
    query = select(Message).where(Message.user_id == owner, Message.conversation_id == conversation_id)
    return await read_page(session, query, CONVERSATION_ORDER, window)


async def last_of_conversations(
    session: ReadSession, owner: UUID, conversation_ids: Sequence[UUID], count: int
) -> dict[UUID, list[Message]]:
    """The newest `count` messages of each conversation in one statement, oldest to newest."""
    rank = func.row_number().over(
        partition_by=Message.conversation_id, order_by=(Message.placed_at.desc(), Message.id.desc())
    )
    ranked = (
        select(Message, rank.label("rank"))
        .where(Message.user_id == owner, Message.conversation_id.in_(conversation_ids))
        .subquery()
    )
    newest = aliased(Message, ranked)
    query = select(newest).where(ranked.c.rank <= count).order_by(newest.placed_at, newest.id)
    pages: dict[UUID, list[Message]] = {conversation_id: [] for conversation_id in conversation_ids}
    for message in await session.scalars(query):
        pages[message.conversation_id].append(message)
    return pages


def last_page(rows: Sequence[Message], count: int) -> Page[Message]:
    """The newest `count` of `count + 1` rows as a page."""
    shown = list(rows)[-count:] if count else []
    positions = [CONVERSATION_ORDER.position(row) for row in shown]
    return Page(shown, positions, has_next=False, has_previous=len(rows) > count)


async def page_around(
    session: ReadSession, owner: UUID, conversation_id: UUID, message_id: UUID, count: int
) -> Page[Message] | None:
    """The page with a message in its middle; None when the conversation has no such message."""
    middle = await get(session, owner, message_id)
    if middle is None or middle.conversation_id != conversation_id:
        return None
    position = CONVERSATION_ORDER.position(middle)
    older = Window((count - 1) // 2, before=position, backwards=True)
    newer = Window(count - 1 - older.count, after=position)
    front = await page_of_conversation(session, owner, conversation_id, older)
    back = await page_of_conversation(session, owner, conversation_id, newer)
    return Page(
        [*front.rows, middle, *back.rows],
        [*front.positions, position, *back.positions],
        has_next=back.has_next,
        has_previous=front.has_previous,
    )


async def count_of_conversation(session: ReadSession, owner: UUID, conversation_id: UUID) -> int:
    query = select(func.count()).where(Message.user_id == owner, Message.conversation_id == conversation_id)
    return await session.scalar(query) or 0


async def page_of_failed(session: ReadSession, owner: UUID, window: Window, *, include_unknown: bool) -> Page[Message]:
    statuses = ("FAILED", "UNKNOWN") if include_unknown else ("FAILED",)
    query = select(Message).where(Message.user_id == owner, Message.status.in_(statuses))
    return await read_page(session, query, NEWEST_FIRST, window)


async def count_failed(session: ReadSession, owner: UUID, *, include_unknown: bool) -> int:
    statuses = ("FAILED", "UNKNOWN") if include_unknown else ("FAILED",)
    query = select(func.count()).where(Message.user_id == owner, Message.status.in_(statuses))
    return await session.scalar(query) or 0


async def nobody_queued(session: WriteSession, older_than_seconds: float, limit: int) -> Sequence[Message]:
    """Accepted messages that never reached the queue (a crash in between), and schedules that are due; locked."""
    due = func.coalesce(
        Message.scheduled_at, Message.created_at + func.make_interval(0, 0, 0, 0, 0, 0, older_than_seconds)
    )
    query = (
        select(Message)
        .where(Message.status == "PENDING", due <= NOW)
        .order_by(func.coalesce(Message.scheduled_at, Message.created_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(query, execution_options=crossing("messages nobody queued"))).all()
