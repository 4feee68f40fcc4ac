"""Scheduled campaigns start by themselves, once, whichever process looks first; one missed by far does not fire."""

from __future__ import annotations

import structlog

from db.models import Campaign, Message
from db.queries import campaigns
from db.unit_of_work import Transactions, UnitOfWork
from services.campaigns.progress import Progress
from services.campaigns.start import start
from services.campaigns.status import Due, due
from services.live import events
from services.sending.queueing import Queueing

log = structlog.get_logger(service="campaigns")

BATCH = 100
MISSED = "It was not sent: its time passed more than an hour before it could start. Start it again when you like."


class Schedule:
    """`enabled`: the flag RATE_LIMITER_ENABLED; what is due while sending is off waits, and may miss its time."""

    def __init__(self, transactions: Transactions, queueing: Queueing, progress: Progress, *, enabled: bool) -> None:
        self._transactions = transactions
        self._queueing = queueing
        self._progress = progress
        self._enabled = enabled

    async def run(self) -> int:
        """Start whatever is due, and close what is over; gives how many campaigns moved."""
        moved = 0
        while self._enabled and moved < BATCH and await self._start_next():
            moved += 1
        async with self._transactions() as work:
            return moved + await self._progress.complete_all(work, BATCH)

    async def _start_next(self) -> bool:
        async with self._transactions() as work:
            found = await campaigns.next_due(work.session)
            if found is None:
                return False
            campaign, now = found
            pending: list[Message] = []
            assert campaign.scheduled_at is not None
            if due(campaign.scheduled_at, now) is Due.MISSED:
                campaign = await _expire(work, campaign)
            else:
                campaign, pending = await start(work, campaign)
            work.emit(campaign.user_id, events.campaign_updated(campaign))
        log.info("campaign_due", action="schedule", campaignId=str(campaign.id), status=campaign.status)
        # A crash before this leaves the messages PENDING, where the sweeper finds them.
        await self._queueing.enqueue(campaign.user_id, pending, attended=False)
        return True


async def _expire(work: UnitOfWork, campaign: Campaign) -> Campaign:
    """Back to a draft, so that a person can start it."""
    values = {"status": "DRAFT", "status_detail": MISSED}
    return await campaigns.change(work.session, campaign.user_id, campaign.id, **values)
