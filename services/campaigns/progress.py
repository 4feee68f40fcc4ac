"""What a message means for its campaign: it is complete, it goes on failing and is stopped, or it is not over yet."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func

from db.models import Campaign, Message
from db.queries import campaigns, messages
from db.unit_of_work import UnitOfWork
from services.live import events

NOW = func.clock_timestamp()
ENDED = ("SENT", "DELIVERED", "FAILED", "UNKNOWN", "CANCELLED")


def reason_to_stop(outcomes: Sequence[tuple[str, str | None]], most_failures: int) -> str | None:
    """Why a campaign should not go on: its last `most_failures` messages all failed. Pure.

    `outcomes`: (status, failure reason), the newest first.
    """
    last = outcomes[:most_failures]
    if len(last) < most_failures or any(status != "FAILED" for status, _ in last):
        return None
    why = last[0][1] or "no reason was given"
    return f"Paused by itself: the last {most_failures} messages failed. The last one: {why}"


class Progress:
    """`most_failures`: so many failures in a row stop a campaign."""

    def __init__(self, most_failures: int) -> None:
        self._most_failures = most_failures

    async def after(self, work: UnitOfWork, message: Message) -> None:
        """To be called in the transaction that records a message's new status, once that is written.

        Never waits for whoever holds the campaign: who holds it may wait for the message. That it is complete, the
        sweeper finds then; whether it goes on failing is looked at again when the next message fails.
        """
        if message.campaign_id is None:
            return
        status = await messages.status_of(work.session, message.user_id, message.id)
        if status not in ENDED and status != "QUEUED":
            return
        campaign = await campaigns.lock(work.session, message.user_id, message.campaign_id, wait=False)
        if campaign is None:
            return
        if campaign.status == "COMPLETED" and status == "QUEUED":
            await _reopen(work, campaign)
        elif campaign.status == "ACTIVE" and status != "QUEUED":
            await self._after_end(work, campaign, status)

    async def _after_end(self, work: UnitOfWork, campaign: Campaign, status: str) -> None:
        if not await campaigns.has_open_messages(work.session, campaign.user_id, campaign.id):
            await complete(work, campaign)
        elif status == "FAILED":
            await self._stop_if_failing(work, campaign)

    async def _stop_if_failing(self, work: UnitOfWork, campaign: Campaign) -> None:
        owner, most = campaign.user_id, self._most_failures
        outcomes = await campaigns.last_outcomes(work.session, owner, campaign.id, campaign.watched_since, most)
        if detail := reason_to_stop(outcomes, most):
            await campaigns.change(work.session, owner, campaign.id, status="PAUSED", status_detail=detail)
            work.emit(owner, events.campaign_updated(campaign))

    async def complete_all(self, work: UnitOfWork, limit: int) -> int:
        """For the sweeper; gives how many campaigns became complete."""
        over = [
            campaign
            for campaign in await campaigns.over(work.session, limit)
            if not await campaigns.has_open_messages(work.session, campaign.user_id, campaign.id)
        ]
        for campaign in over:
            await complete(work, campaign)
        return len(over)


async def _reopen(work: UnitOfWork, campaign: Campaign) -> None:
    """A message of which nothing was known turns out not to have been sent. It is tried again, or nobody would."""
    values = {"status": "ACTIVE", "completed_at": None, "watched_since": NOW}
    await campaigns.change(work.session, campaign.user_id, campaign.id, **values)
    work.emit(campaign.user_id, events.campaign_updated(campaign))


async def complete(work: UnitOfWork, campaign: Campaign) -> None:
    values = {"status": "COMPLETED", "status_detail": None, "completed_at": NOW}
    await campaigns.change(work.session, campaign.user_id, campaign.id, **values)
    work.emit(campaign.user_id, events.campaign_updated(campaign))
