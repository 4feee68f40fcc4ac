"""The sending of messages, from the API's side: accept in one transaction, queue after its commit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from db.models import Message
from db.unit_of_work import Transactions
from services.platforms.registry import Adapters
from services.problems import Code, Problem, Rejected
from services.runtime.clock import Clock
from services.sending.accept import accept, made_before
from services.sending.outgoing import SendRequest, only_too_late, problems
from services.sending.queueing import Queueing


@dataclass(frozen=True, slots=True)
class Sent:
    """The message as it now stands; `problems` tell why it is stored but was not queued."""

    message: Message
    problems: Sequence[Problem] = ()


class Sending:
    """What the rest of the product asks in order to send. `enabled`: the flag RATE_LIMITER_ENABLED."""

    def __init__(
        self,
        transactions: Transactions,
        adapters: Adapters,
        queueing: Queueing,
        clock: Clock,
        *,
        enabled: bool,
    ) -> None:
        self._transactions = transactions
        self._adapters = adapters
        self._clock = clock
        self._queueing = queueing
        self._enabled = enabled

    async def send(self, owner: UUID, actor: str, request: SendRequest) -> Sent:
        """Store a message and put it on its way. Raises Rejected; then nothing is stored and nothing is sent."""
        if not self._enabled:
            raise Rejected(Problem(Code.SENDING_DISABLED, "Sending is switched off."))
        if found := list(problems(request, self._clock.now())):
            # Its time may have been right when the same request came first.
            if only_too_late(found) and (message := await self._earlier(owner, request)):
                return Sent(message)
            raise Rejected(*found)
        async with self._transactions() as work:
            accepted = await accept(work, self._adapters, owner, actor, request)
        if accepted.repeated or request.scheduled_at is not None:
            return Sent(accepted.message)
        return await self.enqueue(accepted.message)

    async def _earlier(self, owner: UUID, request: SendRequest) -> Message | None:
        async with self._transactions() as work:
            return await made_before(work.session, owner, request)

    async def enqueue(self, message: Message) -> Sent:
        """Hand a stored, pending message to the queue, and record what the queue said."""
        [queued] = await self._queueing.enqueue(message.user_id, [message])
        return Sent(queued.message, [queued.problem] if queued.problem else [])
