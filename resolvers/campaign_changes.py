"""Root fields that make and steer campaigns."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any

import strawberry

from resolvers.messages import media_of
from resolvers.payloads import answering
from schema import ids
from schema.bulk_messages import (
    CampaignPayload,
    SendBulkMessageInput,
    SendBulkMessagePayload,
    UpdateCampaignInput,
    recipients,
)
from schema.campaigns import KIND, Campaign
from schema.context import CurrentInfo
from schema.errors import shown
from services.access.allowance import Operation
from services.campaigns.request import CampaignRequest, Recipient
from services.campaigns.update import CampaignChanges

Id = Annotated[strawberry.ID, strawberry.argument(description="The campaign.")]


def _counting(info: CurrentInfo) -> Callable[[], Awaitable[None]]:
    return lambda: info.context.resources.allowances.take(info.context.owner, Operation.BULK_SENDS)


@answering(SendBulkMessagePayload)
async def send_bulk_message(
    info: CurrentInfo, input: Annotated[SendBulkMessageInput, strawberry.argument(description="What to whom.")]
) -> SendBulkMessagePayload:
    context = info.context
    sender = context.resources.bulk_sender
    return SendBulkMessagePayload.of(
        await sender.send(context.owner, context.actor, _request(input), _counting(info))
    )  # fmt: skip


def _request(input: SendBulkMessageInput) -> CampaignRequest:
    return CampaignRequest(
        name=input.campaign_name,
        content=input.content,
        recipients=tuple(Recipient(*each) for each in recipients(input.recipient_ids)),
        account_id=ids.decode_optional("CreatorAccount", input.account_id),
        type=input.type.name,
        attachments=tuple(media_of(each) for each in input.attachments or ()),
        price_cents=input.price_cents,
        priority=input.priority,
        scheduled_at=input.scheduled_at,
        draft=input.draft,
        dry_run=input.dry_run,
        idempotency_key=input.idempotency_key,
    )


@answering(CampaignPayload)
async def update_campaign(
    info: CurrentInfo, input: Annotated[UpdateCampaignInput, strawberry.argument(description="What to change.")]
) -> CampaignPayload:
    changes = CampaignChanges(ids.decode(KIND, input.id), _given(input))
    return CampaignPayload(
        campaign=Campaign.of(await info.context.resources.updates.update(info.context.owner, changes))
    )


def _given(input: UpdateCampaignInput) -> dict[str, Any]:
    named: dict[str, Any] = {"name": input.campaign_name, "content": input.content, "price_cents": input.price_cents}
    named |= {"priority": input.priority, "scheduled_at": input.scheduled_at}
    values = {name: value for name, value in named.items() if value is not strawberry.UNSET}
    if input.type is not strawberry.UNSET:
        values["type"] = input.type and input.type.name
    if input.attachments is not strawberry.UNSET:
        values["attachments"] = tuple(media_of(each) for each in input.attachments or ())
    if input.recipient_ids is not strawberry.UNSET:
        given = input.recipient_ids
        values["recipients"] = None if given is None else tuple(Recipient(*each) for each in recipients(given))
    return values


@answering(CampaignPayload)
async def start_campaign(
    info: CurrentInfo,
    id: Id,
    scheduled_at: Annotated[
        datetime | None, strawberry.argument(description="Start by itself at this moment.")
    ] = strawberry.UNSET,
) -> CampaignPayload:
    own_time = scheduled_at is strawberry.UNSET
    campaign, problems = await info.context.resources.steering.start(
        info.context.owner,
        ids.decode(KIND, id),
        None if own_time else scheduled_at,
        own_time=own_time,
        allow=_counting(info),
    )
    return CampaignPayload(campaign=Campaign.of(campaign), errors=[shown(problem) for problem in problems])


@answering(CampaignPayload)
async def pause_campaign(info: CurrentInfo, id: Id) -> CampaignPayload:
    row = await info.context.resources.steering.pause(info.context.owner, ids.decode(KIND, id))
    return CampaignPayload(campaign=Campaign.of(row))


@answering(CampaignPayload)
async def resume_campaign(info: CurrentInfo, id: Id) -> CampaignPayload:
    row = await info.context.resources.steering.resume(info.context.owner, ids.decode(KIND, id))
    return CampaignPayload(campaign=Campaign.of(row))


@answering(CampaignPayload)
async def cancel_campaign(info: CurrentInfo, id: Id) -> CampaignPayload:
    row = await info.context.resources.steering.cancel(info.context.owner, ids.decode(KIND, id))
    return CampaignPayload(campaign=Campaign.of(row))
