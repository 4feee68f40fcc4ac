"""Counts of an owner's messages on their way: exact, by account, from an index alone; and what today has seen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, case, func, or_, select

from db.engine import ReadSession
from db.models import Campaign, Message, MessageCount, UnsentCount
from db.models.message_counts import ENDED
from db.owner_guard import crossing

NOW = func.clock_timestamp()

OPEN = ("PENDING", "QUEUED", "SENDING")
"""Only outbound messages are ever in one of these."""

NO_ACCOUNT = UUID(int=0)


@dataclass(frozen=True, slots=True)
class AccountCounts:
    """Messages of one account by where they stand.

    `replies` and `campaign` are those of the waiting that may be sent as soon as it is their turn: neither scheduled
    for later nor of a campaign that is paused. `scheduled_next`: when the next of the later ones is due.
    """

    waiting: int = 0
    sending: int = 0
    failed: int = 0
    unknown: int = 0
    replies: int = 0
    campaign: int = 0
    scheduled_next: datetime | None = None

    def plus(self, status: str, campaign: str | None, later: datetime | None, count: int) -> AccountCounts:
        """With `count` messages more, of a campaign in this status (or of none), due `later` or at once."""
        if status == "SENDING":
            return replace(self, sending=self.sending + count)
        waits = replace(self, waiting=self.waiting + count)
        if later is not None:
            return replace(waits, scheduled_next=min(later, self.scheduled_next or later))
        if campaign is None:
            return replace(waits, replies=self.replies + count)
        return replace(waits, campaign=self.campaign + count) if campaign == "ACTIVE" else waits


@dataclass(frozen=True, slots=True)
class Today:
    """Since the start of the day that was asked for."""

    queued: int
    processed: int
    failed: int
    last_processed_at: datetime | None


async def open_counts(session: ReadSession, owner: UUID) -> dict[UUID | None, AccountCounts]:
    """For each account of the owner that has any: what waits, is being sent, failed, is unknown."""
    query = select(UnsentCount.creator_account_id, UnsentCount.failed, UnsentCount.unknown).where(
        UnsentCount.user_id == owner
    )
    found = await under_way_counts(session, owner)
    for key, failed, unknown in await session.execute(query):
        account = None if key == NO_ACCOUNT else key
        found[account] = replace(found.get(account, AccountCounts()), failed=failed, unknown=unknown)
    return found


async def under_way_counts(session: ReadSession, owner: UUID) -> dict[UUID | None, AccountCounts]:
    """As `open_counts`, without what failed or is unknown."""
    found: dict[UUID | None, AccountCounts] = {}
    for account, status, campaign, later, count in await session.execute(_under_way(owner)):
        found[account] = found.get(account, AccountCounts()).plus(status, campaign, later, count)
    return found


def _under_way(owner: UUID) -> Select[Any]:
    """Account, status, status of the campaign, when the first is due where that is later, how many."""
    later = and_(Message.scheduled_at.is_not(None), Message.scheduled_at > NOW)
    row = (
        select(
            Message.creator_account_id,
            Message.campaign_id,
            Message.status,
            case((later, func.min(Message.scheduled_at))).label("later"),
            func.count().label("count"),
        )
        .where(Message.user_id == owner, Message.status.in_(OPEN))
        .group_by(Message.creator_account_id, Message.campaign_id, Message.status, later)
        .subquery()
    )
    return select(row.c.creator_account_id, row.c.status, Campaign.status, row.c.later, row.c.count).outerjoin(
        Campaign, and_(Campaign.user_id == owner, Campaign.id == row.c.campaign_id)
    )


async def today(session: ReadSession, owner: UUID, since: datetime) -> Today:
    """Queued and processed since a midnight; processed: the way has ended, well or not (`ENDED`)."""
    counts = (
        select(func.sum(MessageCount.queued), func.sum(MessageCount.processed), func.sum(MessageCount.failed))
        .where(MessageCount.user_id == owner, MessageCount.quarter >= since)
        .group_by(MessageCount.user_id)
    )
    last = select(func.max(Message.finished_at)).where(
        Message.user_id == owner, Message.direction == "OUT", Message.status.in_(ENDED)
    )
    counted = (await session.execute(counts)).one_or_none() or (0, 0, 0)
    return Today(*counted, await session.scalar(last))


async def everybodys_depth(session: ReadSession) -> int:
    """How many messages of all users wait to be sent; those scheduled for later do not wait yet."""
    query = select(func.count()).where(
        Message.direction == "OUT",
        Message.status.in_(("PENDING", "QUEUED")),
        or_(Message.scheduled_at.is_(None), Message.scheduled_at <= func.clock_timestamp()),
    )
    return await session.scalar(query, execution_options=crossing("messages that wait")) or 0
