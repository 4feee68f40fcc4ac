"""The sending of messages, from the API's side: accept in one transaction, queue after its commit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func

from db.engine import Database
from db.models import Message
from db.queries import creator_accounts, messages, waiting
from db.unit_of_work import Transactions
from services.live import events
from services.pacing.limit import Limit
from services.platforms.registry import Adapters
from services.problems import Code, Problem, Rejected
from services.runtime.clock import Clock
from services.sending.accept import accept
from services.sending.estimate import estimated_send_time
from services.sending.outgoing import SendRequest, problems
from services.sending.payload import QueueMessage
from services.sending.queue import RateLimiterQueue
from services.sending.send_result import SendResult

NOW = func.clock_timestamp()
QUEUE_FAILURE = "service temporarily unavailable"


@dataclass(frozen=True, slots=True)
class Sent:
    """The message as it now stands; `problems` tell why it is stored but was not queued."""

    message: Message
    problems: Sequence[Problem] = ()


class Sending:
    """What the rest of the product asks in order to send. `enabled`: the flag RATE_LIMITER_ENABLED."""

    def __init__(
        self,
        database: Database,
        transactions: Transactions,
        adapters: Adapters,
        queue: RateLimiterQueue,
        limit: Limit,
        clock: Clock,
        *,
        enabled: bool,
    ) -> None:
        self._database = database
        self._transactions = transactions
        self._adapters = adapters
        self._queue = queue
        self._limit = limit
        self._clock = clock
        self._enabled = enabled

    async def send(self, owner: UUID, actor: str, request: SendRequest) -> Sent:
        """Store a message and put it on its way. Raises Rejected; then nothing is stored and nothing is sent."""
        if not self._enabled:
            raise Rejected(Problem(Code.SENDING_DISABLED, "Sending is switched off."))
        if found := list(problems(request, self._clock.now())):
            raise Rejected(*found)
        async with self._transactions() as work:
            accepted = await accept(work, self._adapters, owner, actor, request)
        if accepted.repeated or request.scheduled_at is not None:
            return Sent(accepted.message)
        return await self.enqueue(accepted.message)

    async def enqueue(self, message: Message) -> Sent:
        """Hand a stored, pending message to the queue, and record what the queue said."""
        result = await self._queue.send_message(await self._payload(message))
        return await self._record(message, result)

    async def _payload(self, message: Message) -> QueueMessage:
        async with self._database.reads() as session:
            assert message.creator_account_id is not None
            account = await creator_accounts.get(session, message.user_id, message.creator_account_id)
            ahead = await waiting.ahead_of(session, message.user_id, [message.id])
        assert account is not None
        now = self._clock.now()
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
            estimated_send_time=estimated_send_time(self._limit, ahead.get(message.id, 0), now),
            account=f"{account.platform}:{account.account_id}",
        )

    async def _record(self, message: Message, result: SendResult) -> Sent:
        """The worker may have been quicker: then its status stays, and the message is on its way all the same."""
        if result.problem is None:
            values = {"status": "QUEUED", "queued_at": func.coalesce(Message.queued_at, NOW)}
        else:
            values = {"status": "FAILED", "finished_at": NOW, "failure_reason": QUEUE_FAILURE}
        async with self._transactions() as work:
            moved = await messages.move(work.session, message.user_id, message.id, ("PENDING",), **values)
            if moved is not None:
                work.emit(moved.user_id, events.message_updated(moved))
            present = moved or await messages.get(work.session, message.user_id, message.id)
        assert present is not None
        failed = result.problem is not None and present.status == "FAILED"
        return Sent(present, [result.problem] if failed and result.problem else [])
