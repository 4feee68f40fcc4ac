"""What the queue service answers for each message. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.problems import Code, Problem, invalid
from services.runtime.sqs import EntryFailure
from services.sending.batching import MAX_MESSAGE_BYTES


class SendStatus(StrEnum):
    QUEUED = "queued"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SendResult:
    """What became of one message: `queued_at` where SQS has it, else `problem`. Times in UTC."""

    message_id: UUID
    status: SendStatus
    queued_at: datetime | None
    estimated_send_time: datetime | None
    problem: Problem | None


def problem_of(failure: EntryFailure | None) -> Problem | None:
    """What a caller is told of an entry that SQS did not accept; None where it did."""
    if failure is None:
        return None
    if failure.code == "MessageTooLong":
        return invalid("It is too large for the queue.", ("metadata",), "max_bytes", MAX_MESSAGE_BYTES)
    if failure.transient:
        return Problem(Code.QUEUE_UNAVAILABLE, "Service temporarily unavailable.")
    return Problem(Code.QUEUE_UNAVAILABLE, "The queue refused the message.")
