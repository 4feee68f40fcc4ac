"""Wake a worker when a campaign's time comes; where the wake-up is lost the sweeper starts it, a few seconds later."""

from __future__ import annotations

from db.models import Campaign
from services.runtime.clock import Clock
from services.sending.entry import MAX_DELAY_SECONDS
from services.sending.payload import MessageType
from services.sending.queue import RateLimiterQueue


class Alarm:
    def __init__(self, queue: RateLimiterQueue, clock: Clock) -> None:
        self._queue = queue
        self._clock = clock

    async def set(self, campaign: Campaign) -> None:
        """SQS holds a message back for 15 minutes at most; what lies further ahead is the sweeper's."""
        assert campaign.scheduled_at is not None
        seconds = (campaign.scheduled_at - self._clock.now()).total_seconds()
        if seconds <= MAX_DELAY_SECONDS:
            await self._queue.wake(MessageType.SCHEDULE, campaign.id, campaign.user_id, max(seconds, 0))
