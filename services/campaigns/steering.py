"""Start, pause, resume and cancel a campaign. Each acts within one sending step: what is being sent is let finish.

The campaign is locked before its messages; whoever records the end of a message never waits for the campaign.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func

from db.models import Campaign, Message
from db.queries import campaigns, creator_accounts, messages
from db.unit_of_work import Transactions, UnitOfWork
from services import rules
from services.campaigns.bulk_send import SWITCHED_OFF
from services.campaigns.start import start
from services.campaigns.status import Command, refusal
from services.campaigns.wake import Alarm
from services.live import events
from services.problems import Code, Problem, Rejected, not_found
from services.runtime.clock import Clock
from services.sending.arrive import mark_lane
from services.sending.queueing import Queueing

NOW = func.clock_timestamp()
WAITING = ("PENDING", "QUEUED")
UNDER_WAY = ("SENDING", "UNKNOWN")
ID = ("id",)


class Steering:
    """`enabled`: the flag RATE_LIMITER_ENABLED, without which nothing is started or resumed."""

    def __init__(
        self, transactions: Transactions, queueing: Queueing, alarm: Alarm, clock: Clock, *, enabled: bool
    ) -> None:
        self._transactions = transactions
        self._queueing = queueing
        self._alarm = alarm
        self._clock = clock
        self._enabled = enabled

    async def start(
        self,
        owner: UUID,
        campaign_id: UUID,
        at: datetime | None,
        *,
        own_time: bool,
        allow: Callable[[], Awaitable[None]],
    ) -> tuple[Campaign, list[Problem]]:
        """Send a draft or a scheduled campaign, now or `at`; `own_time`: at the time it has, if that lies ahead.

        `allow` counts a bulk send. Gives the campaign and why some messages were not queued. Raises Rejected.
        """
        if not self._enabled:
            raise Rejected(SWITCHED_OFF)
        if found := list(rules.schedule(at, ("scheduledAt",), self._clock.now())):
            raise Rejected(*found)
        async with self._transactions() as work:  # before anything is counted
            await _startable(work, owner, campaign_id)
        await allow()
        pending: list[Message] = []
        async with self._transactions() as work:
            campaign = await _startable(work, owner, campaign_id)
            moment = at or (self._ahead(campaign.scheduled_at) if own_time else None)
            if moment is None:
                campaign, pending = await start(work, campaign)
            else:
                campaign = await _schedule(work, campaign, moment)
            work.emit(owner, events.campaign_updated(campaign))
        if campaign.status == "SCHEDULED":
            await self._alarm.set(campaign)
        queued = await self._queueing.enqueue(owner, pending)
        return campaign, list(dict.fromkeys(each.problem for each in queued if each.problem is not None))

    def _ahead(self, moment: datetime | None) -> datetime | None:
        return moment if moment is not None and moment > self._clock.now() else None

    async def pause(self, owner: UUID, campaign_id: UUID) -> Campaign:
        """Nothing more of it is claimed. Raises Rejected: NOT_FOUND, CONFLICT."""
        return await self._move(owner, campaign_id, Command.PAUSE, status="PAUSED", status_detail=None)

    async def resume(self, owner: UUID, campaign_id: UUID) -> Campaign:
        """Go on where it stood. Raises Rejected: NOT_FOUND, CONFLICT, SENDING_DISABLED."""
        if not self._enabled:
            raise Rejected(SWITCHED_OFF)
        values = {"status": "ACTIVE", "status_detail": None, "watched_since": NOW}
        campaign = await self._move(owner, campaign_id, Command.RESUME, **values)
        # Afterwards: whoever sends locks the lane first.
        async with self._transactions() as work:
            await mark_lane(work, owner, campaign.creator_account_id)
        return campaign

    async def cancel(self, owner: UUID, campaign_id: UUID) -> Campaign:
        """Take back everything that is not yet being sent. Raises Rejected: NOT_FOUND, CONFLICT.

        What may have arrived, and was sent again by hand, is unknown as before. What is being sent is locked as well:
        its answer may be putting it back at this moment, and whoever records one later finds the campaign cancelled.
        """
        async with self._transactions() as work:
            await locked(work, owner, campaign_id, Command.CANCEL)
            rows = await messages.lock_of_campaign(work.session, owner, campaign_id, WAITING + UNDER_WAY)
            ids = [message.id for message in rows if message.status in WAITING]
            taken_back = {"status": messages.ended("CANCELLED"), "not_before": None}
            for message in await messages.move_many(work.session, owner, ids, WAITING, **taken_back):
                work.emit(owner, events.message_updated(message))
            values = {"status": "CANCELLED", "status_detail": None, "completed_at": NOW}
            campaign = await campaigns.change(work.session, owner, campaign_id, **values)
            work.emit(owner, events.campaign_updated(campaign))
        return campaign

    async def _move(self, owner: UUID, campaign_id: UUID, command: Command, **values: Any) -> Campaign:
        async with self._transactions() as work:
            await locked(work, owner, campaign_id, command)
            campaign = await campaigns.change(work.session, owner, campaign_id, **values)
            work.emit(owner, events.campaign_updated(campaign))
        return campaign


async def locked(
    work: UnitOfWork, owner: UUID, campaign_id: UUID, command: Command, path: tuple[str, ...] = ID
) -> Campaign:
    """The campaign, if the command can be carried out. Raises Rejected: NOT_FOUND, CONFLICT."""
    campaign = await campaigns.lock(work.session, owner, campaign_id)
    if campaign is None:
        raise not_found("campaign", path)
    if problem := refusal(command, campaign.status, path):
        raise Rejected(problem)
    return campaign


async def _startable(work: UnitOfWork, owner: UUID, campaign_id: UUID) -> Campaign:
    """Raises Rejected: NOT_FOUND, CONFLICT, NOT_CONNECTED where its account was disconnected since it was drafted."""
    campaign = await locked(work, owner, campaign_id, Command.START)
    account = await creator_accounts.get(work.session, owner, campaign.creator_account_id)
    if account is None or account.status == "DISCONNECTED":
        raise Rejected(Problem(Code.NOT_CONNECTED, "Its account is disconnected.", ID))
    return campaign


async def _schedule(work: UnitOfWork, campaign: Campaign, moment: datetime) -> Campaign:
    values = {"status": "SCHEDULED", "status_detail": None, "scheduled_at": moment}
    return await campaigns.change(work.session, campaign.user_id, campaign.id, **values)
