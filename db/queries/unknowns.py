"""Messages of unknown outcome: which are repeated, which looked for at the platform, which could be a copy there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import BindParameter, Select, and_, exists, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from db.engine import ReadSession, WriteSession
from db.models import Attempt, Campaign, CreatorAccount, Message
from db.owner_guard import crossing
from db.queries.attempts import MAY_HAVE_ARRIVED

NOW = func.clock_timestamp()

DELIVERED = or_(MAY_HAVE_ARRIVED, Attempt.outcome == "SENT")

REPEATING = and_(Message.status == "UNKNOWN", Message.not_before.is_not(None), Message.repeat_until > NOW)
"""Its request may be repeated, now or at `not_before`."""


def next_repeats(
    owner: BindParameter[UUID], creator_account_id: BindParameter[UUID]
) -> tuple[Select[UUID], Select[UUID]]:
    """The reply and the campaign message whose repeat has been due for longest. A paused campaign repeats nothing."""
    going = exists().where(
        Campaign.user_id == owner, Campaign.id == Message.campaign_id, Campaign.status.in_(("ACTIVE", "COMPLETED"))
    )
    due = (
        select(Message.id)
        .where(
            Message.user_id == owner,
            Message.creator_account_id == creator_account_id,
            REPEATING,
            Message.not_before <= NOW,
        )
        .order_by(Message.not_before, Message.id)
        .limit(1)
    )
    return due.where(Message.campaign_id.is_(None)), due.where(going)


async def to_read_back(session: WriteSession, limit: int) -> Sequence[Message]:
    """Those whose repeats are over and whose next look is due, on connected accounts; locked, longest due first."""
    connected = exists().where(
        CreatorAccount.user_id == Message.user_id,
        CreatorAccount.id == Message.creator_account_id,
        CreatorAccount.status == "CONNECTED",
    )
    query = (
        select(Message)
        .where(
            Message.status == "UNKNOWN",
            Message.not_before <= NOW,
            or_(Message.repeat_until.is_(None), Message.repeat_until <= NOW),
            connected,
        )
        .order_by(Message.not_before)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(query, execution_options=crossing("unknowns to read back"))).all()


async def without_platform_id(
    session: ReadSession,
    owner: UUID,
    platform: str,
    account_id: str,
    fan_id: UUID,
    earliest: datetime,
    latest: datetime,
) -> Sequence[UUID]:
    """Messages to a fan that were or may have been delivered by a call between two moments, by an unknown id."""
    called = exists().where(
        Attempt.user_id == owner,
        Attempt.message_id == Message.id,
        Attempt.platform == platform,
        Attempt.account_id == account_id,
        # Said by the dispatch as well; but the index of an account's attempts goes by their ends.
        func.coalesce(Attempt.finished_at, Attempt.lease_until) >= earliest,
        Attempt.dispatched_at.between(earliest, latest),
        DELIVERED,
    )
    query = select(Message.id).where(
        Message.user_id == owner, Message.fan_id == fan_id, Message.platform_message_id.is_(None), called
    )
    return (await session.scalars(query)).all()


async def lock_calls(session: WriteSession, owner: UUID, message_ids: Sequence[UUID]) -> Sequence[Attempt]:
    """The calls for some messages that delivered them or may have, in order; locked."""
    query = (
        select(Attempt)
        .where(*_calls_for(owner, message_ids))
        .order_by(Attempt.message_id, Attempt.number)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(query)).all()


async def first_call(session: ReadSession, owner: UUID, message_ids: Sequence[UUID]) -> datetime | None:
    """When the first call left that may have delivered one of these messages."""
    query = select(func.min(Attempt.dispatched_at)).where(*_calls_for(owner, message_ids))
    moment: datetime | None = await session.scalar(query)
    return moment


def _calls_for(owner: UUID, message_ids: Sequence[UUID]) -> tuple[ColumnElement[bool], ...]:
    return (
        Attempt.user_id == owner,
        Attempt.message_id.in_(message_ids),
        Attempt.dispatched_at.is_not(None),
        DELIVERED,
    )
