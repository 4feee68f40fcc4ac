"""Hand stored messages to the queue, after the commit that stored them, and record what the queue said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import func
from sqlalchemy.exc import SQLAlchemyError

from db.engine import Database
from db.models import CreatorAccount, Message
from db.queries import creator_accounts, messages
from db.unit_of_work import Transactions
from services.live import events
from services.monitoring.metrics import Metric
from services.problems import InvalidInput, Problem
from services.runtime.clock import Clock
from services.sending.estimate import Estimates
from services.sending.outlook import NO_OUTLOOK
from services.sending.payload import QueueMessage
from services.sending.queue import RateLimiterQueue
from services.sending.send_result import SendResult
from services.sending.settle import count_end

log = structlog.get_logger(service="sending")

NOW = func.clock_timestamp()
QUEUE_FAILURE = "service temporarily unavailable"


@dataclass(frozen=True, slots=True)
class Queued:
    """The message as it now stands; `problem` tells why it was not queued and has FAILED."""

    message: Message
    problem: Problem | None = None


class Queueing:
    """From PENDING to QUEUED, or to FAILED where the queue takes nothing."""

    def __init__(
        self,
        database: Database,
        transactions: Transactions,
        queue: RateLimiterQueue,
        estimates: Estimates,
        clock: Clock,
    ) -> None:
        self._database = database
        self._transactions = transactions
        self._queue = queue
        self._estimates = estimates
        self._clock = clock

    async def enqueue(self, owner: UUID, pending: Sequence[Message], *, attended: bool = True) -> list[Queued]:
        """One answer for each message of `owner`, in order. Raises Rejected (SENDING_DISABLED) where sends are off.

        Not `attended`: nobody waits for the answer, so what the queue refuses stays PENDING and goes on by the sweeper.
        So does what the database interrupts: the messages are stored, and whoever asked must not be told to try again.
        """
        if not pending:
            return []
        try:
            results = await self._queue.send_batch(await self._payloads(owner, pending))
            return await self._record(owner, pending, {result.message_id: result for result in results}, attended)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("queueing_interrupted", action="enqueue", userId=str(owner), error=type(error).__name__)
            return [Queued(message) for message in pending]

    async def _payloads(self, owner: UUID, pending: Sequence[Message]) -> list[QueueMessage]:
        account_ids = {each.creator_account_id for each in pending if each.creator_account_id}
        async with self._database.reads() as session:
            rows = await creator_accounts.get_many(session, owner, list(account_ids))
        outlooks = await self._estimates.of_messages(owner, [message.id for message in pending])
        accounts: dict[UUID | None, CreatorAccount] = {row.id: row for row in rows}
        now = self._clock.now()
        return [
            _payload(message, accounts[message.creator_account_id], now, outlooks.get(message.id, NO_OUTLOOK).leaves_at)
            for message in pending
        ]

    async def _record(
        self, owner: UUID, pending: Sequence[Message], results: dict[UUID, SendResult], attended: bool
    ) -> list[Queued]:
        """A worker may have been quicker: then its status stays, and the message is on its way all the same."""
        taken = [result.message_id for result in results.values() if result.problem is None]
        refused = _by_reason(results.values()) if attended else {}
        async with self._transactions() as work:
            queued = {"status": "QUEUED", "queued_at": func.coalesce(Message.queued_at, NOW)}
            failed = ((ids, _failed(reason)) for reason, ids in refused.items())
            for ids, values in ((taken, queued), *failed):
                moved = await messages.move_many(work.session, owner, ids, ("PENDING",), **values) if ids else []
                work.count(Metric.QUEUED, len(moved) if ids is taken else 0)
                for message in moved:
                    count_end(work, message)
                    work.emit(owner, events.message_updated(message))
            present = {row.id: row for row in await messages.get_many(work.session, owner, list(results))}
        return [_told(present[message.id], results[message.id].problem) for message in pending]


def _by_reason(results: Iterable[SendResult]) -> dict[str, list[UUID]]:
    """What was refused, by what its user is to read: a rule stays broken, a queue comes back."""
    found = defaultdict[str, list[UUID]](list)
    for result in results:
        if result.problem is not None:
            broken = isinstance(result.problem, InvalidInput)
            found[result.problem.message if broken else QUEUE_FAILURE].append(result.message_id)
    return found


def _failed(reason: str) -> dict[str, Any]:
    """One that was sent again by hand may have arrived the first time: that is not FAILED."""
    return {"status": messages.ended("FAILED"), "finished_at": NOW, "failure_reason": reason}


def _told(message: Message, problem: Problem | None) -> Queued:
    return Queued(message, problem if message.status in {"FAILED", "UNKNOWN"} else None)


def _payload(message: Message, account: CreatorAccount, now: datetime, estimate: datetime | None) -> QueueMessage:
    return QueueMessage(
        message_id=message.id,
        user_id=message.user_id,
        recipient_id=message.fan_id,
        content=message.text,
        media_urls=tuple(item["url"] for item in message.attachments if item["url"]),
        conversation_id=message.conversation_id,
        campaign_id=message.campaign_id,
        priority=message.priority,
        metadata=message.metadata_ or {},
        timestamp=now,
        estimated_send_time=estimate,
        account=f"{account.platform}:{account.account_id}",
    )
