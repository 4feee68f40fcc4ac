"""Change a campaign that has not started: a draft or a scheduled one. What is not named stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from db.models import Campaign
from db.queries import campaigns
from db.unit_of_work import Transactions, UnitOfWork
from services import rules
from services.campaigns.plan import Plan, make_plan, somebody
from services.campaigns.request import (
    MAX_NAME,
    CampaignRequest,
    Recipient,
    message_problems,
    recipients_problems,
)
from services.campaigns.status import Command
from services.campaigns.steering import locked
from services.campaigns.wake import Alarm
from services.live import events
from services.platforms.interface import Media
from services.platforms.registry import Adapters
from services.problems import InvalidInput, Rejected, invalid
from services.runtime.clock import Clock
from services.sending.accept import attachment
from services.sending.outgoing import USUAL_PRIORITY

ROOT = ("input",)
FIELDS = {
    "recipients": "recipientIds",
    "content": "content",
    "attachments": "attachments",
    "price_cents": "priceCents",
    "name": "campaignName",
    "type": "type",
    "priority": "priority",
    "scheduled_at": "scheduledAt",
}
"""What can be changed, with the name each has in the API."""
NEVER_EMPTY = ("recipients", "content", "name", "type")


@dataclass(frozen=True, slots=True)
class CampaignChanges:
    """`values`: by the names of FIELDS; None clears what can be empty. Without a time a scheduled one is a draft."""

    campaign_id: UUID
    values: Mapping[str, Any] = field(default_factory=dict)


class Updates:
    def __init__(self, transactions: Transactions, adapters: Adapters, alarm: Alarm, clock: Clock) -> None:
        self._transactions = transactions
        self._adapters = adapters
        self._alarm = alarm
        self._clock = clock

    async def update(self, owner: UUID, changes: CampaignChanges) -> Campaign:
        """The campaign as it now stands. Raises Rejected: NOT_FOUND, CONFLICT once it has started, INVALID_INPUT."""
        if found := [
            invalid("It cannot be left empty.", (*ROOT, FIELDS[name]), "required")
            for name in NEVER_EMPTY
            if name in changes.values and changes.values[name] is None
        ]:
            raise Rejected(*found)
        async with self._transactions() as work:
            campaign = await locked(work, owner, changes.campaign_id, Command.UPDATE, (*ROOT, "id"))
            request = replace(await _present(work, campaign), **changes.values)
            if problems := self._problems(request, changes.values):
                raise Rejected(*problems)
            plan = somebody(await make_plan(work.session, self._adapters, owner, request))
            campaign = await _store(work, campaign, request, plan, changes.values)
            work.emit(owner, events.campaign_updated(campaign))
        if campaign.status == "SCHEDULED":
            await self._alarm.set(campaign)
        return campaign

    def _problems(self, request: CampaignRequest, changed: Mapping[str, Any]) -> list[InvalidInput]:
        """Of what is changed; a time that was set before and has passed meanwhile is not the caller's fault."""
        found = [
            *recipients_problems(request.recipients, (*ROOT, "recipientIds")),
            *rules.text(request.name, (*ROOT, "campaignName"), longest=MAX_NAME),
            *message_problems(request, ROOT),
        ]
        if changed.get("scheduled_at") is not None:
            found += rules.schedule(request.scheduled_at, (*ROOT, "scheduledAt"), self._clock.now())
        return found


async def _present(work: UnitOfWork, campaign: Campaign) -> CampaignRequest:
    """The campaign as a request for the same."""
    fans = await campaigns.audience(work.session, campaign.user_id, campaign.id)
    return CampaignRequest(
        name=campaign.name,
        content=campaign.content,
        recipients=tuple(Recipient(str(fan.id), fan.id) for fan in fans),
        account_id=campaign.creator_account_id,
        type=campaign.type,
        attachments=tuple(
            Media(stored["type"], stored["url"], stored["platformMediaId"], stored["preview"])
            for stored in campaign.attachments
        ),
        price_cents=campaign.price_cents,
        priority=campaign.priority,
        scheduled_at=campaign.scheduled_at,
    )


async def _store(
    work: UnitOfWork, campaign: Campaign, request: CampaignRequest, plan: Plan, changed: Mapping[str, Any]
) -> Campaign:
    values: dict[str, Any] = {
        "name": request.name,
        "type": request.type,
        "content": request.content,
        "price_cents": request.price_cents or None,
        "priority": request.priority or USUAL_PRIORITY,
        "scheduled_at": request.scheduled_at,
        "status_detail": None,
    }
    if "attachments" in changed:
        values["attachments"] = [attachment(media) for media in request.attachments]
    if request.scheduled_at is None:
        values["status"] = "DRAFT"
    if "recipients" in changed:
        values["skipped"] = [skipped.stored() for skipped in plan.audience.skipped]
        fan_ids = [fan.id for fan in plan.audience.fans]
        await campaigns.replace_audience(work.session, campaign, fan_ids)
    return await campaigns.change(work.session, campaign.user_id, campaign.id, **values)
