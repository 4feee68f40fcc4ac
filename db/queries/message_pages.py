"""Pages of messages: of conversations, many of them at once, and of what failed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, literal_column, or_, select, true
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from db.engine import ReadSession
from db.models import Conversation, Message
from db.queries.keyset import Page, Window
from db.queries.messages import PLACE, position
from db.queries.row_order import ordering, page, within

CURSOR_KINDS = (datetime, UUID)

ARRIVED = ("SENT", "DELIVERED", "UNKNOWN")
IN_CONVERSATION = and_(Message.removed_at.is_(None), or_(Message.campaign_id.is_(None), Message.status.in_(ARRIVED)))
"""A campaign's message belongs to the conversation once the fan has it or may have it; till then to the campaign.

One that was deleted at the platform belongs to none.
"""


async def pages_of_conversations(
    session: ReadSession, owner: UUID, conversation_ids: Sequence[UUID], window: Window
) -> dict[UUID, Page[Message]]:
    """The same window of each conversation in one statement, oldest to newest. Reads no more rows than it gives."""
    thread = select(Message).where(
        Message.user_id == owner, Message.conversation_id == Conversation.id, IN_CONVERSATION
    )
    shown = aliased(Message, within(thread, PLACE, window).correlate(Conversation).lateral())
    query = (
        select(shown)
        .select_from(Conversation)
        .join(shown, true())
        .where(Conversation.user_id == owner, Conversation.id.in_(conversation_ids))
        .order_by(*ordering((shown.placed_at, shown.id), window.backwards))
    )
    read: dict[UUID, list[Message]] = {conversation_id: [] for conversation_id in conversation_ids}
    for message in (await session.scalars(query)).all():
        read[message.conversation_id].append(message)
    return {conversation_id: page(rows, window, position) for conversation_id, rows in read.items()}


def in_conversation(message: Message) -> bool:
    """As IN_CONVERSATION, for a row that was read already."""
    return message.removed_at is None and (message.campaign_id is None or message.status in ARRIVED)


def windows_around(message: Message, count: int) -> tuple[Window, Window]:
    """What to read before and after a message, so that a page of `count` has it in its middle."""
    older = max(count - 1, 0) // 2
    here = position(message)
    return Window(older, before=here, backwards=True), Window(max(count - 1, 0) - older, after=here)


def page_around(message: Message, older: Page[Message], newer: Page[Message]) -> Page[Message]:
    return Page(
        [*older.rows, message, *newer.rows],
        [*older.positions, position(message), *newer.positions],
        has_next=newer.has_next,
        has_previous=older.has_previous,
    )


async def counts_of_conversations(
    session: ReadSession, owner: UUID, conversation_ids: Sequence[UUID]
) -> dict[UUID, int]:
    query = (
        select(Message.conversation_id, func.count())
        .where(Message.user_id == owner, Message.conversation_id.in_(conversation_ids), IN_CONVERSATION)
        .group_by(Message.conversation_id)
    )
    return {row[0]: row[1] for row in await session.execute(query)}


@dataclass(frozen=True, slots=True)
class Failed:
    """Which messages that failed; `account_ids`: of all accounts, and of none, where it is None."""

    include_unknown: bool = True
    account_ids: tuple[UUID, ...] | None = None


async def page_of_failed(session: ReadSession, owner: UUID, failed: Failed, window: Window) -> Page[Message]:
    """Newest first."""
    query = select(Message).where(Message.user_id == owner, *_conditions(failed))
    rows = (await session.scalars(within(query, PLACE, window, descending=True))).all()
    return page(rows, window, position)


async def count_failed(session: ReadSession, owner: UUID, failed: Failed) -> int:
    query = select(func.count()).where(Message.user_id == owner, *_conditions(failed))
    return await session.scalar(query) or 0


def _conditions(failed: Failed) -> Iterator[ColumnElement[bool]]:
    # Written out, so that the planner sees that the index of failed messages holds all of them.
    yield Message.status.in_(literal_column(f"'{status}'") for status in ("FAILED", "UNKNOWN"))
    if not failed.include_unknown:
        yield Message.status == "FAILED"
    if failed.account_ids is not None:
        yield Message.creator_account_id.in_(failed.account_ids)
