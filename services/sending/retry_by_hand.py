"""Send messages again that a person chose: failed ones, and unknown ones where she accepts a second delivery.

Each keeps its id. A failed one was certainly not sent: it gets a new request and a new idempotency key. An unknown one
may have arrived: the identical request and key are kept, so that a platform that remembers them delivers once; and the
time in which they are repeated by themselves begins anew with the call that follows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import String, cast, func, null

from db.models import Message
from db.queries import campaigns, messages
from db.unit_of_work import Transactions, UnitOfWork
from services.live import events
from services.platforms.registry import Adapters
from services.problems import Code, Path, Problem, Rejected
from services.sending.queueing import Queued, Queueing
from services.sending.retry_choice import RetryRequest, choose, problems

AGAIN: dict[str, Any] = {
    "status": "PENDING",
    "failures": 0,
    "not_before": None,
    "repeat_until": None,
    "read_backs": 0,
    "queued_at": None,
    "finished_at": None,
}
AS_NEW = AGAIN | {
    "failure_reason": None,
    "request": null(),
    "platform_key": cast(func.gen_random_uuid(), String),
    "unknown_since": None,
}


@dataclass(frozen=True, slots=True)
class Retried:
    """The messages that were put back, as they now stand, and why others were not, or are not queued."""

    messages: Sequence[Message]
    problems: Sequence[Problem]


class RetryByHand:
    """`enabled`: the flag RATE_LIMITER_ENABLED."""

    def __init__(self, transactions: Transactions, adapters: Adapters, queueing: Queueing, *, enabled: bool) -> None:
        self._transactions = transactions
        self._adapters = adapters
        self._queueing = queueing
        self._enabled = enabled

    async def retry(self, owner: UUID, request: RetryRequest) -> Retried:
        """Put messages back and queue them; each that cannot be is a problem with its path, and stays as it is.

        Raises Rejected where nothing was tried: SENDING_DISABLED, broken rules, an unknown campaign.
        """
        if not self._enabled:
            raise Rejected(Problem(Code.SENDING_DISABLED, "Sending is switched off."))
        if found := list(problems(request)):
            raise Rejected(*found)
        async with self._transactions() as work:
            choice = await choose(work, self._adapters, owner, request)
            pending = await _put_back(work, owner, choice.messages)
        queued = await self._queueing.enqueue(owner, pending)
        return Retried([each.message for each in queued], [*choice.problems, *_unqueued(queued, choice.paths)])


async def _put_back(work: UnitOfWork, owner: UUID, rows: Sequence[Message]) -> list[Message]:
    """PENDING again, in the same order; after a crash from here on the sweeper finds them."""
    moved: dict[UUID, Message] = {}
    for status, values in (("FAILED", AS_NEW), ("UNKNOWN", AGAIN)):
        ids = [row.id for row in rows if row.status == status]
        changed = await messages.move_many(work.session, owner, ids, (status,), **values) if ids else []
        moved |= {message.id: message for message in changed}
    if completed := {message.campaign_id for message in moved.values() if message.campaign_id is not None}:
        await campaigns.reopen(work.session, owner, list(completed))
    pending = [moved[row.id] for row in rows]
    for message in pending:
        work.emit(owner, events.message_updated(message))
    return pending


def _unqueued(queued: Sequence[Queued], paths: dict[UUID, Path]) -> list[Problem]:
    """What the queue refused, by the message's place in the arguments; all of a campaign share one, told once."""
    found = (replace(each.problem, path=paths[each.message.id]) for each in queued if each.problem is not None)
    return list(dict.fromkeys(found))
