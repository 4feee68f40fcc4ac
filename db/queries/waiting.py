"""What waits in an account's lane: the next reply, the next campaign message, and when to look again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from db.engine import ReadSession
from db.models import Campaign, CreatorAccount, Lane, Message
from db.owner_guard import crossing

NOW = func.clock_timestamp()

UNKNOWN_HOLDS = timedelta(minutes=2)
"""An unknown reply holds its conversation for so long (requirement 2.5)."""


@dataclass(frozen=True, slots=True)
class Heads:
    """The message that is next in each row, and when a message that is held back may go."""

    reply: UUID | None
    campaign: UUID | None
    held_until: datetime | None


async def heads(session: ReadSession, owner: UUID, creator_account_id: UUID) -> Heads:
    """Replies before campaigns is decided by the pacing; here each row says who is its first."""
    return Heads(
        await _next_reply(session, owner, creator_account_id),
        await _next_of_campaigns(session, owner, creator_account_id),
        await _held_until(session, owner, creator_account_id),
    )


async def _next_reply(session: ReadSession, owner: UUID, creator_account_id: UUID) -> UUID | None:
    """Highest priority first, but never past an earlier reply of the same conversation; schedules hold nobody."""
    earlier = aliased(Message)
    under_way = or_(
        earlier.status.in_(("PENDING", "QUEUED", "SENDING")),
        and_(earlier.status == "UNKNOWN", earlier.finished_at > NOW - UNKNOWN_HOLDS),
    )
    blocked = exists().where(
        earlier.user_id == Message.user_id,
        earlier.user_id == owner,
        earlier.conversation_id == Message.conversation_id,
        earlier.id < Message.id,
        earlier.campaign_id.is_(None),
        earlier.scheduled_at.is_(None),
        earlier.direction == "OUT",
        under_way,
    )
    query = (
        select(Message.id)
        .where(
            Message.user_id == owner,
            Message.creator_account_id == creator_account_id,
            Message.status == "QUEUED",
            Message.campaign_id.is_(None),
            or_(Message.not_before.is_(None), Message.not_before <= NOW),
            ~blocked,
        )
        .order_by(Message.priority.desc(), Message.id)
        .limit(1)
    )
    return await session.scalar(query)


async def _next_of_campaigns(session: ReadSession, owner: UUID, creator_account_id: UUID) -> UUID | None:
    """Only of campaigns that are active: a paused one costs nothing here, however long it is."""
    first = (
        select(Message.id, Message.priority)
        .where(
            Message.user_id == owner,
            Message.campaign_id == Campaign.id,
            Message.status == "QUEUED",
            or_(Message.not_before.is_(None), Message.not_before <= NOW),
        )
        .order_by(Message.priority.desc(), Message.id)
        .limit(1)
        .lateral()
    )
    query = (
        select(first.c.id)
        .select_from(Campaign)
        .join(first, Campaign.user_id == owner)
        .where(
            Campaign.user_id == owner,
            Campaign.creator_account_id == creator_account_id,
            Campaign.status == "ACTIVE",
        )
        .order_by(first.c.priority.desc(), first.c.id)
        .limit(1)
    )
    return await session.scalar(query)


async def _held_until(session: ReadSession, owner: UUID, creator_account_id: UUID) -> datetime | None:
    """The first moment at which a queued message that may not go now could go."""
    unknown_ends = select(func.min(Message.finished_at) + UNKNOWN_HOLDS).where(
        Message.user_id == owner,
        Message.creator_account_id == creator_account_id,
        Message.status == "UNKNOWN",
        Message.finished_at > NOW - UNKNOWN_HOLDS,
    )
    retries = select(func.min(Message.not_before)).where(
        Message.user_id == owner,
        Message.creator_account_id == creator_account_id,
        Message.status == "QUEUED",
        Message.not_before > NOW,
    )
    return await session.scalar(select(func.least(unknown_ends.scalar_subquery(), retries.scalar_subquery())))


async def sleeping_lanes(session: ReadSession, limit: int) -> list[tuple[str, str]]:
    """Connected accounts that have queued messages while their lane is not due at any time."""
    waits = exists().where(
        Message.user_id == CreatorAccount.user_id,
        Message.creator_account_id == CreatorAccount.id,
        Message.status == "QUEUED",
    )
    asleep = ~exists().where(
        Lane.platform == CreatorAccount.platform,
        Lane.account_id == CreatorAccount.account_id,
        Lane.due_at.is_not(None),
    )
    query = (
        select(CreatorAccount.platform, CreatorAccount.account_id)
        .where(CreatorAccount.status == "CONNECTED", asleep, waits)
        .limit(limit)
    )
    rows = await session.execute(query, execution_options=crossing("lanes asleep"))
    return [(row[0], row[1]) for row in rows]
