"""When will a campaign be done? From the limiter and what stands in front."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from db.engine import ReadSession
from db.models import Campaign, CreatorAccount
from db.queries import campaign_metrics, campaigns
from services.campaigns.status import unmade
from services.pacing.limit import Limit
from services.runtime.clock import Clock


class Forecaster:
    def __init__(self, limit: Limit, clock: Clock) -> None:
        self._limit = limit
        self._clock = clock

    async def of_new(
        self, session: ReadSession, owner: UUID, account: CreatorAccount, recipients: int, begin: datetime
    ) -> datetime:
        return begin + recipients * self._limit.campaign_step

    async def of_campaign(self, session: ReadSession, owner: UUID, campaign: Campaign) -> datetime | None:
        return (await self.of_campaigns(session, owner, [campaign.id])).get(campaign.id)

    async def of_campaigns(self, session: ReadSession, owner: UUID, ids: Sequence[UUID]) -> dict[UUID, datetime]:
        counts = await campaign_metrics.of_campaigns(session, owner, ids)
        found = {}
        for campaign in await campaigns.get_many(session, owner, ids):
            own = counts[campaign.id]
            left = own.of("PENDING", "QUEUED", "SENDING") + unmade(campaign.status, own.recipients, own.messages)[0]
            if left:
                found[campaign.id] = self._clock.now() + left * self._limit.campaign_step
        return found
