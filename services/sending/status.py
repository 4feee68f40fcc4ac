"""The queue's status for one user (requirement 1.7): counts from the database, dead letters from SQS."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from db.engine import Database
from db.queries import queue_status, waiting, worker_heartbeats
from db.queries.queue_status import AccountCounts
from services.monitoring.health import WORKER_SILENT_AFTER_SECONDS
from services.pacing.limit import Limit
from services.runtime.clock import Clock
from services.sending.queue import RateLimiterQueue

FAILURE_RATE_ALARM = 0.05


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


def total(counts: Mapping[UUID | None, AccountCounts]) -> AccountCounts:
    """All accounts together."""
    return AccountCounts(
        waiting=sum(each.waiting for each in counts.values()),
        sending=sum(each.sending for each in counts.values()),
        failed=sum(each.failed for each in counts.values()),
        unknown=sum(each.unknown for each in counts.values()),
    )


def drain_seconds(limit: Limit, waiting: int) -> int:
    """How long one account needs for what waits, at the full rate of its limit."""
    return math.ceil(waiting * limit.window.total_seconds() / limit.messages)


def midnight(now: datetime, time_zone: str) -> datetime:
    """The start of the day in the viewer's time zone."""
    return now.astimezone(ZoneInfo(time_zone)).replace(hour=0, minute=0, second=0, microsecond=0)


class QueueStatusReader:
    def __init__(
        self, database: Database, queue: RateLimiterQueue, limit: Limit, clock: Clock, *, enabled: bool
    ) -> None:
        self._database = database
        self._queue = queue
        self._limit = limit
        self._clock = clock
        self._enabled = enabled

    async def queue_status(self, owner: UUID, time_zone: str) -> QueueStatus:
        """The owner's own messages; accounts drain side by side, so the longest row decides."""
        dlq_count = await self._queue.dead_letters()
        now = self._clock.now()
        async with self._database.reads() as session:
            counts = await queue_status.open_counts(session, owner)
            today = await queue_status.today(session, owner, midnight(now, time_zone))
            silence = await worker_heartbeats.seconds_since_last(session)
            next_send_at = await waiting.next_send_at(session, owner)
        failure_rate = today.failed / today.processed if today.processed else 0.0
        return QueueStatus(
            counts=total(counts),
            dlq_count=dlq_count,
            last_processed_at=today.last_processed_at,
            queued_today=today.queued,
            processed_today=today.processed,
            failure_rate=failure_rate,
            drain_seconds=max((drain_seconds(self._limit, each.waiting) for each in counts.values()), default=0),
            next_send_at=max(now, next_send_at) if next_send_at else None,
            trouble=trouble(self._enabled, silence, dlq_count, failure_rate),
            timestamp=now,
        )

    async def backlogs(self, owner: UUID) -> dict[UUID | None, AccountCounts]:
        async with self._database.reads() as session:
            return await queue_status.open_counts(session, owner)


def trouble(enabled: bool, worker_silence: float | None, dlq_count: int | None, failure_rate: float) -> str | None:
    """What a user should know, worst first; None when all is well."""
    if not enabled:
        return "Sending is switched off."
    if worker_silence is None or worker_silence > WORKER_SILENT_AFTER_SECONDS:
        return "No worker is running: messages wait."
    if dlq_count is None:
        return "The queue service cannot be asked at the moment."
    if failure_rate > FAILURE_RATE_ALARM:
        return "More than 5 % of today's messages failed."
    return None
