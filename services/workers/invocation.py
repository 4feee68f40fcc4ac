"""One invocation of a Lambda worker: take the records in, send what may be sent, see to what waits."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID, uuid4

import structlog

from db.queries import worker_heartbeats
from services.monitoring.depth import DepthGauge
from services.monitoring.logs import traced
from services.monitoring.metrics import Metric
from services.monitoring.queue_check import QueueCheck
from services.runtime.resources import Resources
from services.runtime.sqs import Received
from services.sending.read_back import Reconciler
from services.sending.sweep import Sweeper
from services.sending.wake_ups import WakeUps
from services.workers.burst import Burst
from services.workers.chores import Chores
from services.workers.deadline import Deadline
from services.workers.receiving import Receiving
from services.workers.retention import Retention
from services.workers.senders import build_delivery
from services.workers.supervise import Bell

log = structlog.get_logger(service="worker")

TIMER = "lambda-timer"
TIMER_PROMISES_SECONDS = 60.0
"""The timer comes once a minute; until then its heartbeat is not missed."""


class Invocations:
    """What the invocations of one container share. One runs at a time."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._deadline = Deadline(resources.settings.platform_timeout_seconds)
        self._bell = Bell()
        self._heard: defaultdict[UUID, set[UUID]] = defaultdict(set)
        self._swept_at: float | None = None
        self._wake_ups = WakeUps(resources.transactions, resources.queue)
        stopping = asyncio.Event()
        self._receiving = Receiving(
            resources.queue,
            resources.transactions,
            resources.webhook_worker,
            resources.schedule,
            QueueCheck(resources.queue, resources.redis, resources.clock),
            self._wake_ups,
            resources.metrics,
            self._bell,
            # Nobody waits for an import here: the timer carries it on.
            Bell(),
            stopping,
            lambda owner, account: self._heard[owner].add(account),
        )
        self._chores = Chores(
            resources.transactions,
            Sweeper(resources.transactions),
            resources.webhook_worker,
            resources.schedule,
            self._bell,
            stopping,
            TIMER,
            resources.settings.worker_sweep_seconds,
        )
        self._retention = Retention(resources.transactions, resources.settings, resources.limit, stopping)
        worker, deadline = f"lambda-{uuid4().hex[:12]}", self._deadline
        delivery = build_delivery(resources, worker, deadline.too_late_to_send, deadline.seconds_to_prepare)
        self._burst = Burst(
            resources.database, delivery, self._deadline, resources.metrics, resources.settings.worker_senders
        )

    async def records(self, records: Sequence[Received], remaining: Callable[[], float]) -> list[Received]:
        """Work on queue messages; gives those that could not be read or worked on."""
        self._deadline.begin(remaining)
        try:
            failed = [each for each in records if not await self._take(each)]
            await self._guarded("send", self._send)
            if self._sweep_is_due():
                await self._guarded("sweep", self._sweep)
                await self._guarded("send", self._send)
            return failed
        finally:
            await self._end()

    async def timer(self, remaining: Callable[[], float]) -> None:
        """What nobody wakes anybody for: see `services.workers.chores`. Then whatever is due is sent; what is left of
        the time is for imports and for messages of unknown outcome, which can wait for the next minute.
        """
        self._deadline.begin(remaining)
        try:
            await self._guarded("beat", self._beat)
            await self._guarded("sweep", self._sweep)
            await self._guarded("send", self._send)
            await self._guarded("import", self._import)
            await self._guarded("reconcile", self._reconcile)
            await self._guarded("remove", self._remove)
            await self._guarded("measure", DepthGauge(self._resources, TIMER).measure)
        finally:
            await self._end()

    async def _take(self, record: Received) -> bool:
        """False also where there is no time for it: then it comes again."""
        try:
            async with asyncio.timeout(max(self._deadline.seconds_to_work, 0)):
                return await self._receiving.take(record)
        except TimeoutError:
            log.warning("queue_message_not_reached", action="receive", id=record.message_id)
            return False

    async def _send(self) -> None:
        """Nothing is claimed while sending is switched off; the wake-ups begin again with the timer."""
        if not self._resources.settings.rate_limiter_enabled:
            return
        if self._deadline.seconds_to_claim <= 0:
            log.warning("no_time_to_send", action="send", secondsLeft=round(self._deadline.seconds_to_work, 1))
        await self._burst.run(self._heard)
        await self._wake_ups.leave()

    def _sweep_is_due(self) -> bool:
        every, now = self._resources.settings.worker_sweep_seconds, self._resources.clock.monotonic()
        return self._swept_at is None or now - self._swept_at >= every

    async def _sweep(self) -> None:
        self._swept_at = self._resources.clock.monotonic()
        await self._chores.sweep_once()

    async def _import(self) -> None:
        """Chunk by chunk, each a transaction of its own: the next invocation goes on behind the last."""
        importer = self._resources.importer
        while not self._no_time() and await importer.work_next(self._no_time):
            pass

    async def _reconcile(self) -> None:
        """It only asks the platform and records what it says, so it may be cut off anywhere."""
        reconciler = Reconciler(self._resources.transactions, self._resources.adapters, self._resources.vault)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(self._deadline.seconds_to_work, 0)):
                while await reconciler.look():
                    pass

    async def _remove(self) -> None:
        """In small transactions, so that it may be cut off anywhere; the next timer goes on."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(self._deadline.seconds_to_work, 0)):
                await self._retention.round()

    def _no_time(self) -> bool:
        return self._deadline.seconds_to_claim <= 0

    async def _beat(self) -> None:
        async with self._resources.transactions() as work:
            await worker_heartbeats.beat(work.session, TIMER, TIMER_PROMISES_SECONDS)

    async def _guarded(self, name: str, step: Callable[[], Awaitable[None]]) -> None:
        """A step that fails keeps no other from being done. The rows are the truth: whoever comes next finds them."""
        try:
            await step()
        except Exception as error:
            self._resources.metrics.count(Metric.CONSUMER_ERRORS)
            log.error("loop_failed", action=name, **traced(error))

    async def _end(self) -> None:
        self._deadline.end()
        self._heard.clear()
        await self._resources.publisher.finish()
