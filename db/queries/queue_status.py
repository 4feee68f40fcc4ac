"""Counts of an owner's messages on their way: exact, from the rows themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select

from db.engine import ReadSession
from db.models import Message
from db.owner_guard import crossing

OPEN = ("PENDING", "QUEUED", "SENDING", "FAILED", "UNKNOWN")


@dataclass(frozen=True, slots=True)
class AccountCounts:
    """Messages of one account by where they stand."""

    waiting: int = 0
    sending: int = 0
    failed: int = 0
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class Today:
    """Since the start of the day that was asked for."""

    queued: int
    processed: int
    failed: int
    last_processed_at: datetime | None


async def open_counts(session: ReadSession, owner: UUID) -> dict[UUID | None, AccountCounts]:
    """For each account of the owner that has any: what waits, is being sent, failed, is unknown."""
    query = (
        select(Message.creator_account_id, Message.status, func.count())
        .where(Message.user_id == owner, Message.status.in_(OPEN), Message.direction == "OUT")
        .group_by(Message.creator_account_id, Message.status)
    )
    found: dict[UUID | None, dict[str, int]] = {}
    for account, status, count in await session.execute(query):
        found.setdefault(account, {})[status] = count
    return {
        account: AccountCounts(
            waiting=counts.get("PENDING", 0) + counts.get("QUEUED", 0),
            sending=counts.get("SENDING", 0),
            failed=counts.get("FAILED", 0),
            unknown=counts.get("UNKNOWN", 0),
        )
        for account, counts in found.items()
    }


async def today(session: ReadSession, owner: UUID, since: datetime) -> Today:
    """Queued and processed since a moment; processed: the way ended, well or not."""
    out = (Message.user_id == owner, Message.direction == "OUT")
    queued = await session.scalar(select(func.count()).where(*out, Message.queued_at >= since))
    processed, failed = (
        await session.execute(
            select(func.count(), func.count().filter(Message.status == "FAILED")).where(
                *out, Message.finished_at >= since
            )
        )
    ).one()
    last = await session.scalar(select(func.max(Message.finished_at)).where(*out))
    return Today(queued or 0, processed, failed, last)


async def everybodys_depth(session: ReadSession) -> int:
    """How many messages of all users wait to be sent; those scheduled for later do not wait yet."""
    query = select(func.count()).where(
        Message.direction == "OUT",
        Message.status.in_(("PENDING", "QUEUED")),
        or_(Message.scheduled_at.is_(None), Message.scheduled_at <= func.clock_timestamp()),
    )
    return await session.scalar(query, execution_options=crossing("messages that wait")) or 0
