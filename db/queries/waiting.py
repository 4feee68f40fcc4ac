"""What waits in an account's lane: the next reply, the next campaign message, and when to look again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from db.engine import ReadSession
from db.kept import kept
from db.models import Campaign, CreatorAccount, Lane, Message
from db.owner_guard import crossing
from db.queries.unknowns import REPEATING, next_repeats

NOW = func.clock_timestamp()

UNKNOWN_HOLDS = timedelta(minutes=2)
"""An unknown reply holds its conversation for so long after it became unknown first."""


@dataclass(frozen=True, slots=True)
class Heads:
    """The message that is next in each row, and when a message that is held back may go."""

    reply: UUID | None
    campaign: UUID | None
    held_until: datetime | None


async def heads(session: ReadSession, owner: UUID, creator_account_id: UUID) -> Heads:
    """Replies before campaigns is decided by the pacing; here each row says who is its first.

    What repeats a call of unknown outcome goes first: a reply holds its conversation, and both have little time.
    """
    row = await _heads.row(session, owner=owner, account=creator_account_id)
    assert row is not None
    repeat, of_repeats, reply, of_campaign, held_until = row
    return Heads(repeat or reply, of_repeats or of_campaign, held_until)


OWNER, ACCOUNT = bindparam("owner", type_=Uuid()), bindparam("account", type_=Uuid())


@kept
def _heads() -> Any:
    """One question for all of it: it is asked at every claim."""
    repeat, of_repeats = next_repeats(OWNER, ACCOUNT)
    rows = (repeat, of_repeats, _next_reply(), _next_of_campaigns())
    return select(*(row.scalar_subquery() for row in rows), _held_until())


def _next_reply() -> Select[UUID]:
    """Highest priority first, but never past an earlier reply of the same conversation; schedules hold nobody."""
    earlier = aliased(Message)
    under_way = or_(
        earlier.status.in_(("PENDING", "QUEUED", "SENDING")),
        and_(earlier.status == "UNKNOWN", earlier.unknown_since > NOW - UNKNOWN_HOLDS),
    )
    blocked = exists().where(
        earlier.user_id == Message.user_id,
        earlier.user_id == OWNER,
        earlier.conversation_id == Message.conversation_id,
        earlier.id < Message.id,
        earlier.campaign_id.is_(None),
        earlier.scheduled_at.is_(None),
        earlier.direction == "OUT",
        under_way,
    )
    return (
        select(Message.id)
        .where(
            Message.user_id == OWNER,
            Message.creator_account_id == ACCOUNT,
            Message.status == "QUEUED",
            Message.campaign_id.is_(None),
            or_(Message.not_before.is_(None), Message.not_before <= NOW),
            ~blocked,
        )
        .order_by(Message.priority.desc(), Message.id)
        .limit(1)
    )


def _next_of_campaigns() -> Select[UUID]:
    """Only of campaigns that are active: a paused one costs nothing here, however long it is."""
    first = (
        select(Message.id, Message.priority)
        .where(
            Message.user_id == OWNER,
            Message.campaign_id == Campaign.id,
            Message.status == "QUEUED",
            or_(Message.not_before.is_(None), Message.not_before <= NOW),
        )
        .order_by(Message.priority.desc(), Message.id)
        .limit(1)
        .lateral()
    )
    return (
        select(first.c.id)
        .select_from(Campaign)
        .join(first, Campaign.user_id == OWNER)
        .where(
            Campaign.user_id == OWNER,
            Campaign.creator_account_id == ACCOUNT,
            Campaign.status == "ACTIVE",
        )
        .order_by(first.c.priority.desc(), first.c.id)
        .limit(1)
    )


def _held_until() -> ColumnElement[datetime]:
    """The first moment at which a message that may not go now could go."""
    unknown_ends = select(func.min(Message.unknown_since) + UNKNOWN_HOLDS).where(
        Message.user_id == OWNER,
        Message.creator_account_id == ACCOUNT,
        Message.status == "UNKNOWN",
        Message.unknown_since > NOW - UNKNOWN_HOLDS,
    )
    later = select(func.min(Message.not_before)).where(
        Message.user_id == OWNER, Message.creator_account_id == ACCOUNT, Message.not_before > NOW
    )
    retries, repeats = later.where(Message.status == "QUEUED"), later.where(REPEATING)
    return func.least(*(each.scalar_subquery() for each in (unknown_ends, retries, repeats)))


async def sleeping_lanes(session: ReadSession, limit: int) -> list[tuple[str, str]]:
    """Connected accounts that have messages to send while their lane is not due at any time."""
    waits = exists().where(
        Message.user_id == CreatorAccount.user_id,
        Message.creator_account_id == CreatorAccount.id,
        or_(Message.status == "QUEUED", REPEATING),
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
