"""What of a campaign is still to be sent, and what of other campaigns goes before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from db.engine import ReadSession
from db.models import Attempt, Campaign, CampaignRecipient, Message

WAITING = ("PENDING", "QUEUED")


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """An active campaign, or one that starts by itself.

    Only of the latter are `recipients` and, `before` them, the messages of active campaigns of its account counted.
    `under_way`: a message of an active one is being sent.
    """

    id: UUID
    creator_account_id: UUID
    status: str
    scheduled_at: datetime | None
    recipients: int
    before: int
    under_way: bool


async def of_campaigns(session: ReadSession, owner: UUID, campaign_ids: Sequence[UUID]) -> list[CampaignLine]:
    """Those of the campaigns that are active or scheduled."""
    recipients = select(func.count()).where(
        CampaignRecipient.user_id == owner, CampaignRecipient.campaign_id == Campaign.id, Campaign.status == "SCHEDULED"
    )
    reserved = exists().where(Attempt.user_id == owner, Attempt.message_id == Message.id, Attempt.state != "done")
    under_way = exists().where(
        Message.user_id == owner,
        Message.campaign_id == Campaign.id,
        or_(Message.status == "SENDING", and_(Message.status == "QUEUED", reserved)),
    )
    other = aliased(Campaign)
    before = select(func.count()).where(
        *_waiting_of(owner, other),
        other.creator_account_id == Campaign.creator_account_id,
        Message.priority >= Campaign.priority,
        Campaign.status == "SCHEDULED",
    )
    query = select(
        Campaign.id,
        Campaign.creator_account_id,
        Campaign.status,
        Campaign.scheduled_at,
        recipients.scalar_subquery(),
        before.scalar_subquery(),
        under_way,
    ).where(Campaign.user_id == owner, Campaign.id.in_(campaign_ids), Campaign.status.in_(("ACTIVE", "SCHEDULED")))
    return [CampaignLine(*row) for row in await session.execute(query)]


async def waiting_before(session: ReadSession, owner: UUID, account_id: UUID, priority: int) -> int:
    """How many messages of active campaigns would go before those of a new one."""
    query = select(func.count()).where(
        *_waiting_of(owner, Campaign), Campaign.creator_account_id == account_id, Message.priority >= priority
    )
    return await session.scalar(query) or 0


def _waiting_of(owner: UUID, campaign: type[Campaign]) -> tuple[ColumnElement[bool], ...]:
    return (
        campaign.user_id == owner,
        campaign.status == "ACTIVE",
        Message.user_id == owner,
        Message.campaign_id == campaign.id,
        Message.status.in_(WAITING),
    )
