"""Root fields that read campaigns."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Annotated

import strawberry

from db.queries import campaign_pages
from db.queries.campaign_pages import Listed
from resolvers.account_choice import AccountIds, chosen
from resolvers.campaign_changes import (
    cancel_campaign,
    pause_campaign,
    resume_campaign,
    send_bulk_message,
    start_campaign,
    update_campaign,
)
from schema import ids
from schema.campaigns import KIND, Campaign, CampaignStatus
from schema.context import CurrentInfo
from schema.errors import fault
from schema.pagination import After, Before, Connection, First, Last, connect, window
from schema.permissions import SignedIn
from services.campaigns.watching import topic

CAMPAIGNS_A_PAGE = 50


async def campaign(
    info: CurrentInfo, id: Annotated[strawberry.ID, strawberry.argument(description="The campaign.")]
) -> Campaign | None:
    row = await info.context.loaders.campaigns.load(ids.decode(KIND, id))
    return Campaign.of(row) if row else None


async def campaigns(
    info: CurrentInfo,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
    status: Annotated[CampaignStatus | None, strawberry.argument(description="Only those in this status.")] = None,
    account_ids: AccountIds = None,
) -> Connection[Campaign]:
    owner, reads = info.context.owner, info.context.database.reads
    listed = Listed(status and status.name, chosen(account_ids))
    wanted = window(first, after, last, before, usual=CAMPAIGNS_A_PAGE, kinds=campaign_pages.LIST_KINDS)
    async with reads() as session:
        page = await campaign_pages.read_list(session, owner, listed, wanted)

    async def count() -> int:
        async with reads() as session:
            return await campaign_pages.count_list(session, owner, listed)

    return connect(page, Campaign.of, count)


async def campaign_updated(
    info: CurrentInfo, id: Annotated[strawberry.ID, strawberry.argument(description="The campaign.")]
) -> AsyncGenerator[Campaign, None]:
    context = info.context
    async for seen in context.watches.states(topic(context.database, context.owner, ids.decode(KIND, id))):
        if seen.campaign is None:
            raise fault("NOT_FOUND", "There is no such campaign.")
        # Its numbers are read anew, not as an earlier state found them.
        context.refresh()
        yield Campaign.of(seen.campaign)


@strawberry.type
class CampaignQueries:
    campaign = strawberry.field(campaign, permission_classes=[SignedIn], description="One campaign; null if unknown.")
    campaigns = strawberry.field(
        campaigns, permission_classes=[SignedIn], description="Campaigns, newest first, 50 a page."
    )


@strawberry.type
class CampaignMutations:
    send_bulk_message = strawberry.mutation(
        send_bulk_message,
        permission_classes=[SignedIn],
        description="Send one message to many fans: a campaign, whose messages pass the same queue and limit as all.",
    )
    update_campaign = strawberry.mutation(
        update_campaign, permission_classes=[SignedIn], description="Change a campaign that has not started."
    )
    start_campaign = strawberry.mutation(
        start_campaign,
        permission_classes=[SignedIn],
        description=(
            "Start a draft or a scheduled campaign: now, or at scheduledAt. Without that argument at the time it has, "
            "if it lies ahead; with null now."
        ),
    )
    pause_campaign = strawberry.mutation(
        pause_campaign, permission_classes=[SignedIn], description="Send nothing more of it; what is being sent ends."
    )
    resume_campaign = strawberry.mutation(
        resume_campaign, permission_classes=[SignedIn], description="Go on with a paused campaign where it stood."
    )
    cancel_campaign = strawberry.mutation(
        cancel_campaign, permission_classes=[SignedIn], description="Take back all that is not yet being sent."
    )


@strawberry.type
class CampaignSubscriptions:
    campaign_updated = strawberry.subscription(
        campaign_updated,
        permission_classes=[SignedIn],
        description="The present state at once, then each change of it or its numbers, at most once a second.",
    )
