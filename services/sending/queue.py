"""The rate-limiter queue: every outbound message passes it, and no other code of the product speaks to SQS."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from uuid import UUID

import structlog

from db.queries.wake_ups import Needed
from services.problems import Code, Problem, Rejected
from services.runtime.clock import Clock
from services.runtime.sqs import Received, SqsClient
from services.runtime.sqs_failure import SqsFailure
from services.sending.batching import MAX_ENTRIES
from services.sending.dead_letters import DeadLetters
from services.sending.entry import entry_for
from services.sending.payload import MessageType, QueueMessage, WakeUp
from services.sending.queue_rules import problems
from services.sending.queue_sender import QueueSender
from services.sending.send_result import SendResult, SendStatus, problem_of

log = structlog.get_logger(service="queue")


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
        entries = {
            message.message_id: entry_for(message, self._queue_url)
            for message in messages
            if message.message_id not in broken
        }
        refused = await self._sender.send(list(entries.values()))
        return [
            self._result(message, broken.get(message.message_id) or problem_of(refused.get(str(message.message_id))))
            for message in messages
        ]

    async def wake(self, kind: MessageType, object_id: UUID, user_id: UUID, delay_seconds: float = 0) -> bool:
        """Tell a worker to look at an object, in `delay_seconds` (at most 900; a FIFO queue knows no delay).

        Tried once: the sweeper finds what a lost wake-up leaves behind. False where SQS did not take it.
        """
        wake_up = WakeUp(type=kind, message_id=object_id, user_id=user_id, timestamp=self._clock.now())
        return not await self._sender.send([entry_for(wake_up, self._queue_url, delay_seconds)], patient=False)

    @property
    def knows_delays(self) -> bool:
        """Whether a message can be held back; a FIFO queue delivers in order and at once."""
        return not self._queue_url.endswith(".fifo")

    async def wake_lanes(self, needed: Sequence[Needed]) -> list[Needed]:
        """Wake a worker once for each lane, after its delay. Tried once; gives those that SQS did not take."""
        now = self._clock.now()
        entries = [
            entry_for(
                WakeUp(type=MessageType.LANE, message_id=each.creator_account_id, user_id=each.owner, timestamp=now),
                self._queue_url,
                each.delay_seconds,
            )
            for each in needed
        ]
        refused = await self._sender.send(entries, patient=False)
        return [each for each in needed if str(each.creator_account_id) in refused]

    async def dead_letters(self) -> int | None:
        """How many messages could not be read, None where that cannot be asked. At most a few seconds old."""
        return await self._dead_letters.count()

    async def answers(self) -> bool:
        """Whether SQS knows the queue and lets us ask about it."""
        try:
            return bool(await self._sqs.attributes(self._queue_url, ["QueueArn"]))
        except SqsFailure as failure:
            log.warning("queue_does_not_answer", action="health", error=failure.code)
            return False

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
            log.warning("not_deleted", action="delete", error=failure.code, count=len(received))
            return list(received)
        if failures:
            log.warning("not_deleted", action="delete", error=failures[0].code, count=len(failures))
        return [received[int(failure.id)] for failure in failures]

    def _result(self, message: QueueMessage, problem: Problem | None) -> SendResult:
        if problem is not None:
            ids = {"messageId": message.message_id, "userId": message.user_id, "recipientId": message.recipient_id}
            texts = {name: str(value) for name, value in ids.items()}
            log.warning("message_not_queued", action="queue", error=problem.code, **texts)
            return SendResult(message.message_id, SendStatus.FAILED, None, None, problem)
        return SendResult(message.message_id, SendStatus.QUEUED, self._clock.now(), message.estimated_send_time, None)
