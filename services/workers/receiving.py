"""The receive loop: what comes out of the queue is turned into work in the database, and deleted at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from uuid import UUID

import structlog

from db.queries import worker_heartbeats
from db.unit_of_work import Transactions
from services.campaigns.schedule import Schedule
from services.monitoring.logs import traced
from services.monitoring.metrics import Metric, Metrics
from services.monitoring.queue_check import QueueCheck
from services.runtime.sqs import Received
from services.sending.arrive import arrive
from services.sending.envelope import Envelope, MalformedQueueMessage, parse
from services.sending.payload import SENDS, MessageType
from services.sending.queue import RateLimiterQueue
from services.sending.wake_ups import WakeUps
from services.webhooks.work import WebhookWorker
from services.workers.supervise import Bell

log = structlog.get_logger(service="worker")

BATCH = 10
WAIT_SECONDS = 20


Heard = Callable[[UUID, UUID], None]
"""Told (owner, creator account) whose lane a queue message was about."""


def _nobody_listens(_owner: UUID, _creator_account_id: UUID) -> None: ...


class Receiving:
    def __init__(
        self,
        queue: RateLimiterQueue,
        transactions: Transactions,
        webhooks: WebhookWorker,
        schedule: Schedule,
        queue_check: QueueCheck,
        wake_ups: WakeUps,
        metrics: Metrics,
        bell: Bell,
        import_bell: Bell,
        stopping: asyncio.Event,
        heard: Heard = _nobody_listens,
    ) -> None:
        self._queue = queue
        self._transactions = transactions
        self._webhooks = webhooks
        self._schedule = schedule
        self._queue_check = queue_check
        self._wake_ups = wake_ups
        self._metrics = metrics
        self._bell = bell
        self._import_bell = import_bell
        self._stopping = stopping
        self._heard = heard

    async def step(self) -> None:
        """Receive one batch and work on it. What cannot be read stays, and becomes a dead letter after 5 receives.

        Nothing is received while the database is away: each receive counts, and good messages would die of it.
        """
        async with self._transactions() as work:
            await worker_heartbeats.seconds_since_last(work.session)
        receiving = asyncio.ensure_future(self._queue.receive(BATCH, WAIT_SECONDS))
        stopped = asyncio.ensure_future(self._stopping.wait())
        await asyncio.wait({receiving, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not receiving.done():
            receiving.cancel()
            return
        done = [received for received in receiving.result() if await self.take(received)]
        if done:
            await self._queue.delete(done)

    async def take(self, received: Received) -> bool:
        """Work on one queue message; True: it is done with, and may be deleted."""
        try:
            envelope = parse(received.body, received.attributes)
        except MalformedQueueMessage as malformed:
            log.warning("queue_message_unreadable", action="receive", reason=malformed.reason, id=received.message_id)
            self._metrics.count(Metric.CONSUMER_ERRORS)
            return False
        try:
            await self._dispatch(envelope)
        except Exception as error:
            # It comes again after its visibility timeout; whatever was half done was rolled back.
            ids = {"messageId": str(envelope.message_id), "userId": str(envelope.user_id)}
            log.error("queue_message_failed", action="receive", **ids, **traced(error))
            self._metrics.count(Metric.CONSUMER_ERRORS)
            return False
        return True

    async def _dispatch(self, envelope: Envelope) -> None:
        if envelope.type in SENDS:
            await self._arrive(envelope)
        elif envelope.type is MessageType.LANE:
            await self._wake_ups.arrived(envelope.user_id, envelope.message_id)
            self._heard(envelope.user_id, envelope.message_id)
            self._bell.ring()
        elif envelope.type is MessageType.WEBHOOK:
            await self._webhooks.work_on(envelope.user_id, envelope.message_id)
        elif envelope.type is MessageType.FAN_IMPORT:
            # It takes longer than a queue message may be held; the loop of imports finds it in the database.
            self._import_bell.ring()
        elif envelope.type is MessageType.SCHEDULE:
            await self._schedule.run()
            self._bell.ring()
        elif envelope.type is MessageType.CHECK:
            await self._queue_check.arrived(envelope.message_id)
        else:
            log.warning("queue_message_for_nobody", action="receive", type=envelope.type.value)

    async def _arrive(self, envelope: Envelope) -> None:
        message = await arrive(self._transactions, envelope.user_id, envelope.message_id)
        if message is None:
            ids = {"messageId": str(envelope.message_id), "userId": str(envelope.user_id)}
            log.warning("queue_message_unknown", action="receive", **ids)
        elif message.creator_account_id is not None:
            self._heard(message.user_id, message.creator_account_id)
        self._bell.ring()
