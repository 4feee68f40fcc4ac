"""The rate-limiter queue: every outbound message passes it, and no other code of the product speaks to SQS."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from random import Random
from uuid import UUID

import structlog

from services.problems import Code, Problem, Rejected, invalid
from services.runtime.clock import Clock
from services.runtime.sqs import Entry, EntryFailure, Received, SqsClient
from services.runtime.sqs_failure import SqsFailure
from services.sending.batching import MAX_ENTRIES, MAX_MESSAGE_BYTES
from services.sending.dead_letters import DeadLetters
from services.sending.payload import MessageType, QueueMessage, WakeUp, attributes_of, body_of
from services.sending.queue_rules import problems
from services.sending.queue_sender import QueueSender

MAX_DELAY_SECONDS = 900
"""The longest SQS holds a message back."""

log = structlog.get_logger(__name__)


class SendStatus(StrEnum):
    QUEUED = "queued"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SendResult:
    """What became of one message: `queued_at` where SQS has it, else `error`. Times in UTC."""

    message_id: UUID
    status: SendStatus
    queued_at: datetime | None
    estimated_send_time: datetime | None
    error: Problem | None


class RateLimiterQueue:
    """Sends, wakes, receives and deletes. `enabled` is RATE_LIMITER_ENABLED, which stops sends and nothing else."""

    def __init__(
        self, sqs: SqsClient, queue_url: str, dead_letters: DeadLetters, clock: Clock, random: Random, *, enabled: bool
    ) -> None:
        self._sqs = sqs
        self._queue_url = queue_url
        self._dead_letters = dead_letters
        self._clock = clock
        self._enabled = enabled
        self._sender = QueueSender(sqs, queue_url, clock, random)

    async def send_message(self, message: QueueMessage) -> SendResult:
        """As `send_batch`, for one."""
        return (await self.send_batch([message]))[0]

    async def send_batch(self, messages: Sequence[QueueMessage]) -> list[SendResult]:
        """One result for each, in order; within 9 seconds. Faults of SQS are results, never exceptions.

        A message that breaks a rule fails with InvalidInput. Raises Rejected (SENDING_DISABLED) where sends are off.
        """
        if not self._enabled:
            raise Rejected(Problem(Code.SENDING_DISABLED, "Sending is switched off."))
        broken = {message.message_id: found[0] for message in messages if (found := problems(message))}
        entries = {message.message_id: self._entry(message) for message in messages if message.message_id not in broken}
        refused = await self._sender.send(list(entries.values()))
        return [
            self._result(message, broken.get(message.message_id) or _error(refused.get(str(message.message_id))))
            for message in messages
        ]

    async def wake(self, kind: MessageType, object_id: UUID, user_id: UUID, delay_seconds: float = 0) -> bool:
        """Tell a worker to look at an object, in `delay_seconds` (at most 900; a FIFO queue knows no delay).

        Tried once: the sweeper finds what a lost wake-up leaves behind. False where SQS did not take it.
        """
        wake_up = WakeUp(type=kind, message_id=object_id, user_id=user_id, timestamp=self._clock.now())
        return not await self._sender.send([self._entry(wake_up, delay_seconds)], patient=False)

    async def dead_letters(self) -> int | None:
        """How many messages could not be read, None where that cannot be asked. At most a few seconds old."""
        return await self._dead_letters.count()

    async def receive(self, max_messages: int = MAX_ENTRIES, wait_seconds: int = 20) -> list[Received]:
        """At most 10 messages, waiting up to 20 seconds for the first. Raises SqsFailure: the caller sets its pace."""
        return await self._sqs.receive(self._queue_url, max_messages, wait_seconds)

    async def delete(self, received: Sequence[Received]) -> list[Received]:
        """Those that could not be deleted, and will come again. Never raises for a fault of SQS."""
        remaining: list[Received] = []
        for start in range(0, len(received), MAX_ENTRIES):
            remaining += await self._delete_batch(received[start : start + MAX_ENTRIES])
        return remaining

    async def _delete_batch(self, received: Sequence[Received]) -> list[Received]:
        try:
            failures = await self._sqs.delete_batch(self._queue_url, [message.receipt_handle for message in received])
        except SqsFailure as failure:
            log.warning("not deleted", action="delete", error=failure.code, count=len(received))
            return list(received)
        if failures:
            log.warning("not deleted", action="delete", error=failures[0].code, count=len(failures))
        return [received[int(failure.id)] for failure in failures]

    def _entry(self, message: QueueMessage | WakeUp, delay_seconds: float = 0) -> Entry:
        """On FIFO queues a repeat of this very send is dropped by SQS, a later send of the same message is not."""
        fifo = self._queue_url.endswith(".fifo")
        return Entry(
            id=str(message.message_id),
            body=body_of(message),
            attributes=attributes_of(message),
            group_id=group_id(message.account),
            deduplication_id=f"{message.message_id}.{message.timestamp.timestamp():.3f}" if fifo else None,
            delay_seconds=0 if fifo else min(math.ceil(delay_seconds), MAX_DELAY_SECONDS),
        )

    def _result(self, message: QueueMessage, error: Problem | None) -> SendResult:
        if error is not None:
            ids = {"messageId": message.message_id, "userId": message.user_id, "recipientId": message.recipient_id}
            texts = {name: str(value) for name, value in ids.items()}
            log.warning("message not queued", action="queue", error=error.code, **texts)
            return SendResult(message.message_id, SendStatus.FAILED, None, None, error)
        return SendResult(message.message_id, SendStatus.QUEUED, self._clock.now(), message.estimated_send_time, None)


def group_id(account: str) -> str:
    """SQS takes 1 to 128 letters, digits and punctuation; any other account goes by its hash."""
    return account if re.fullmatch(r"[!-~]{1,128}", account) else hashlib.sha256(account.encode()).hexdigest()


def _error(failure: EntryFailure | None) -> Problem | None:
    if failure is None:
        return None
    if failure.code == "MessageTooLong":
        return invalid("It is too large for the queue.", ("metadata",), "max_bytes", MAX_MESSAGE_BYTES)
    if failure.transient:
        return Problem(Code.QUEUE_UNAVAILABLE, "Service temporarily unavailable.")
    return Problem(Code.QUEUE_UNAVAILABLE, "The queue refused the message.")
