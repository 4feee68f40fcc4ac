"""What a forecast of an account's lane begins with: its turn, its last attempts, and who stands where in its line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, exists, func, select, true

from db.engine import ReadSession
from db.models import Attempt, Campaign, CreatorAccount, Lane, Message
from db.owner_guard import crossing

NOW = func.clock_timestamp()

WAITING = ("PENDING", "QUEUED")


@dataclass(frozen=True, slots=True)
class LaneState:
    """When the account's lane is looked at next and until when the platform has forbidden it to send.

    `now` is the database's clock, by which alone the limit goes.
    """

    now: datetime
    account_status: str
    due_at: datetime | None
    blocked_until: datetime | None


@dataclass(frozen=True, slots=True)
class LastAttempt:
    """What of an attempt decides when the next one may begin."""

    state: str
    campaign: bool
    reserved_at: datetime
    finished_at: datetime | None
    lease_until: datetime


@dataclass(frozen=True, slots=True)
class WaitingMessage:
    """A message that waits. `reserved`: a worker holds a slot for it and is preparing the request."""

    id: UUID
    status: str
    creator_account_id: UUID | None
    campaign_status: str | None
    scheduled_at: datetime | None
    not_before: datetime | None
    reserved: bool


async def lane_states(session: ReadSession, owner: UUID, creator_account_ids: Sequence[UUID]) -> dict[UUID, LaneState]:
    """The lanes of some accounts of the owner, also of those that never sent."""
    query = (
        select(CreatorAccount.id, NOW, CreatorAccount.status, Lane.due_at, Lane.blocked_until)
        .outerjoin(Lane, and_(Lane.platform == CreatorAccount.platform, Lane.account_id == CreatorAccount.account_id))
        .where(CreatorAccount.user_id == owner, CreatorAccount.id.in_(creator_account_ids))
    )
    return {row[0]: LaneState(*row[1:]) for row in await session.execute(query)}


async def last_attempts(
    session: ReadSession, owner: UUID, creator_account_ids: Sequence[UUID], count: int
) -> dict[UUID, list[LastAttempt]]:
    """The last `count` attempts on the lane of each account, also those of an owner who had the account before."""
    last = (
        select(Attempt.state, Attempt.campaign, Attempt.reserved_at, Attempt.finished_at, Attempt.lease_until)
        .where(Attempt.platform == CreatorAccount.platform, Attempt.account_id == CreatorAccount.account_id)
        .order_by(func.coalesce(Attempt.finished_at, Attempt.lease_until).desc())
        .limit(count)
        .lateral("last")
    )
    query = (
        select(CreatorAccount.id, *last.c)
        .select_from(CreatorAccount)
        .join(last, true())
        .where(CreatorAccount.user_id == owner, CreatorAccount.id.in_(creator_account_ids))
    )
    found: dict[UUID, list[LastAttempt]] = {}
    for account, *attempt in await session.execute(query, execution_options=crossing("attempts of a lane")):
        found.setdefault(account, []).append(LastAttempt(*attempt))
    return found


async def waiting_messages(session: ReadSession, owner: UUID, message_ids: Sequence[UUID]) -> list[WaitingMessage]:
    """Those of the messages that wait; what has ended meanwhile, or is under way, is left out."""
    reserved = exists().where(Attempt.user_id == owner, Attempt.message_id == Message.id, Attempt.state != "done")
    query = (
        select(
            Message.id,
            Message.status,
            Message.creator_account_id,
            Campaign.status,
            Message.scheduled_at,
            Message.not_before,
            reserved,
        )
        .outerjoin(Campaign, and_(Campaign.user_id == owner, Campaign.id == Message.campaign_id))
        .where(Message.user_id == owner, Message.id.in_(message_ids), Message.status.in_(WAITING))
    )
    return [WaitingMessage(*row) for row in await session.execute(query)]
