"""A campaign that is being watched: its row, and a version that rises with each change of its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from db.engine import Database
from db.models import Campaign
from db.queries import campaign_metrics, campaigns
from services.live.channel import topic_of
from services.live.watch import Topic


@dataclass(frozen=True, slots=True)
class Seen:
    """`campaign` is None for an id that names none of the owner's."""

    campaign: Campaign | None
    version: int


def topic(database: Database, owner: UUID, campaign_id: UUID) -> Topic[Seen]:
    """Its messages' events and its own wake those who watch it."""

    async def read() -> Seen:
        async with database.reads() as session:
            counts = await campaign_metrics.of_campaigns(session, owner, [campaign_id])
            campaign = await campaigns.get(session, owner, campaign_id)
        return Seen(campaign, counts[campaign_id].versions + (campaign.version if campaign else 0))

    return Topic(owner, topic_of("campaign", campaign_id), read, _same)


def _same(one: Seen, other: Seen) -> bool:
    return one.version == other.version
