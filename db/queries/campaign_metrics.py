"""The numbers of campaigns, counted from the rows they tell of: they cannot drift from the messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import func, select

from db.engine import ReadSession
from db.models import CampaignRecipient, Message, Payment


@dataclass(slots=True)
class Counts:
    """`by_status`: messages in each status. `versions`: the sum of their versions, which rises with each change."""

    recipients: int = 0
    by_status: dict[str, int] = field(default_factory=dict)
    versions: int = 0
    purchased: int = 0
    revenue_cents: int = 0

    @property
    def messages(self) -> int:
        return sum(self.by_status.values())

    def of(self, *statuses: str) -> int:
        return sum(self.by_status.get(status, 0) for status in statuses)


async def of_campaigns(session: ReadSession, owner: UUID, ids: Sequence[UUID]) -> dict[UUID, Counts]:
    """For each campaign; three statements, however many campaigns."""
    found = {campaign_id: Counts() for campaign_id in ids}
    recipients = (
        select(CampaignRecipient.campaign_id, func.count())
        .where(CampaignRecipient.user_id == owner, CampaignRecipient.campaign_id.in_(ids))
        .group_by(CampaignRecipient.campaign_id)
    )
    for campaign_id, number in await session.execute(recipients):
        found[campaign_id].recipients = number
    sent = (
        select(Message.campaign_id, Message.status, func.count(), func.sum(Message.version))
        .where(Message.user_id == owner, Message.campaign_id.in_(ids))
        .group_by(Message.campaign_id, Message.status)
    )
    for key, status, number, versions in await session.execute(sent):
        assert key is not None
        found[key].by_status[status] = number
        found[key].versions += versions
    paid = (
        select(Payment.campaign_id, func.count(), func.sum(Payment.amount_cents))
        .where(Payment.user_id == owner, Payment.campaign_id.in_(ids), Payment.kind == "UNLOCK")
        .group_by(Payment.campaign_id)
    )
    for key, number, cents in await session.execute(paid):
        assert key is not None
        found[key].purchased, found[key].revenue_cents = number, int(cents or 0)
    return found
