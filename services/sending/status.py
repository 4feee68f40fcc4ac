"""The queue's status for one user: counts from the database, dead letters from SQS."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from redis.asyncio import Redis
from redis.exceptions import RedisError

from db.engine import Database
from db.queries import queue_status, worker_heartbeats
from db.queries.queue_status import AccountCounts, Today
from services.monitoring.health import WORKER_SILENT_AFTER_SECONDS
from services.runtime.clock import Clock
from services.sending.estimate import Estimates
from services.sending.lane_outlook import LaneOutlook
from services.sending.queue import RateLimiterQueue

FAILURE_RATE_ALARM = 0.05
REDIS_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """`failure_rate`: today's failed of processed, 0 to 1. `dlq_count`: None where SQS cannot be asked."""

    counts: AccountCounts
    dlq_count: int | None
    last_processed_at: datetime | None
    queued_today: int
    processed_today: int
    failure_rate: float
    drain_seconds: int
    next_send_at: datetime | None
    trouble: str | None
    timestamp: datetime


@dataclass(frozen=True, slots=True)
class _Stored:
    """What the database knows, all of it at one moment."""

    counts: Mapping[UUID | None, AccountCounts]
    today: Today
    lanes: Mapping[UUID, LaneOutlook]
    worker_silence: float | None


def total(counts: Mapping[UUID | None, AccountCounts]) -> AccountCounts:
    """All accounts together."""
    return AccountCounts(
        waiting=sum(each.waiting for each in counts.values()),
        sending=sum(each.sending for each in counts.values()),
        failed=sum(each.failed for each in counts.values()),
        unknown=sum(each.unknown for each in counts.values()),
    )


def midnight(now: datetime, time_zone: str) -> datetime:
    """The start of the day in the viewer's time zone; the first one where clocks set back make it twice."""
    return now.astimezone(ZoneInfo(time_zone)).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)


class QueueStatusReader:
    """`enabled`: the flag RATE_LIMITER_ENABLED."""

    def __init__(
        self,
        database: Database,
        queue: RateLimiterQueue,
        redis: Redis,
        estimates: Estimates,
        clock: Clock,
        *,
        enabled: bool,
    ) -> None:
        self._database = database
        self._queue = queue
        self._redis = redis
        self._estimates = estimates
        self._clock = clock
        self._enabled = enabled

    async def queue_status(self, owner: UUID, time_zone: str) -> QueueStatus:
        """The owner's own messages; accounts drain side by side, so the longest line decides.

        Without SQS or Redis it is told what is missing, within a second.
        """
        now = self._clock.now()
        stored, dlq_count, redis_answers = await asyncio.gather(
            self._stored(owner, midnight(now, time_zone)), self._queue.dead_letters(), self._redis_answers()
        )
        today, lanes = stored.today, stored.lanes.values()
        failure_rate = today.failed / today.processed if today.processed else 0.0
        moments = [lane.next_send_at for lane in lanes if lane.next_send_at is not None]
        return QueueStatus(
            counts=total(stored.counts),
            dlq_count=dlq_count,
            last_processed_at=today.last_processed_at,
            queued_today=today.queued,
            processed_today=today.processed,
            failure_rate=failure_rate,
            drain_seconds=max((lane.drain_seconds for lane in lanes), default=0),
            next_send_at=min(moments, default=None),
            trouble=trouble(self._enabled, stored.worker_silence, dlq_count, redis_answers, failure_rate),
            timestamp=now,
        )

    async def _stored(self, owner: UUID, since: datetime) -> _Stored:
        async with self._database.reads() as session:
            # One snapshot: a message that moves on meanwhile is counted once, and not twice or never.
            await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            counts = await queue_status.open_counts(session, owner)
            return _Stored(
                counts,
                await queue_status.today(session, owner, since),
                await self._estimates.lanes(session, owner, [each for each in counts if each is not None], counts),
                await worker_heartbeats.seconds_since_last(session),
            )

    async def _redis_answers(self) -> bool:
        try:
            async with asyncio.timeout(REDIS_SECONDS):
                await self._redis.ping()
        except (RedisError, OSError, TimeoutError):
            return False
        return True


def trouble(
    enabled: bool, worker_silence: float | None, dlq_count: int | None, redis_answers: bool, failure_rate: float
) -> str | None:
    """What a user should know, worst first; None when all is well."""
    if not enabled:
        return "Sending is switched off."
    if worker_silence is None or worker_silence > WORKER_SILENT_AFTER_SECONDS:
        return "No worker is running: messages wait."
    if dlq_count is None:
        return "The queue service cannot be asked at the moment."
    if not redis_answers:
        return "Redis does not answer: live updates come late."
    if failure_rate > FAILURE_RATE_ALARM:
        return "More than 5 % of today's messages failed."
    return None
