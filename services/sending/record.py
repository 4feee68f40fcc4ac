"""Record how an attempt ended: attempt, message, conversation, lane, account and events in one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import case, func, or_
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from db.models import Message, new_id
from db.queries import attempts, conversations, creator_accounts, lanes, messages
from db.unit_of_work import Transactions, UnitOfWork
from services.campaigns.progress import Progress
from services.fans import leftovers
from services.live import events
from services.platforms.interface import AccountStopped, Answer, NotSent, Refused, Sent
from services.runtime.clock import Clock
from services.sending.claim import Claim
from services.sending.retry import Again, Done, GiveUp, LeaveUnknown, Step, StopAccount, next_step

log = structlog.get_logger(service="sending")
NOW = func.clock_timestamp()

STORE_PAUSES_SECONDS = (0.2, 0.5, 1, 2, 3, 5, 5, 5, 5, 5, 10, 10, 10)
"""A database may be away for a minute; the answer is kept in memory meanwhile."""

# Campaign and scheduled messages were written long before; in the conversation they stand where the fan sees them.
PLACE_WHEN_SENT = case(
    (or_(Message.campaign_id.is_not(None), Message.scheduled_at.is_not(None)), NOW), else_=Message.placed_at
)


class Recorder:
    """Writes the outcome of attempts. `min_gap`: the least pause before the lane is looked at again."""

    def __init__(self, transactions: Transactions, progress: Progress, min_gap: timedelta, clock: Clock) -> None:
        self._transactions = transactions
        self._progress = progress
        self._min_gap = min_gap
        self._clock = clock

    async def record(self, claim: Claim, answer: Answer) -> None:
        """Settle the attempt. A late but certain answer also settles a message given up as unknown."""
        step = next_step(answer, claim.message.failures)
        outcome, _ = _outcome(answer)
        await self._until_stored(lambda: self._store(claim, answer, step))
        log.info(
            "attempt_finished",
            action="record",
            outcome=outcome,
            step=type(step).__name__,
            messageId=str(claim.message.id),
            userId=str(claim.owner),
            recipientId=str(claim.message.fan_id),
        )

    async def _until_stored(self, store: Callable[[], Awaitable[None]]) -> None:
        """What a platform answered is kept through a restart of the database; storing it twice changes nothing."""
        for pause in STORE_PAUSES_SECONDS:
            try:
                return await store()
            except (DBAPIError, PoolTimeout, OSError, TimeoutError) as error:
                log.warning("outcome_not_stored_yet", action="record", error=type(error).__name__)
                await self._clock.sleep(pause)
        return await store()

    async def _store(self, claim: Claim, answer: Answer, step: Step) -> None:
        outcome, detail = _outcome(answer)
        async with self._transactions() as work:
            if not await attempts.finish(work.session, claim.owner, claim.attempt.id, outcome, detail):
                # Stored before, by a commit whose answer got lost; the message may be in other hands by now.
                return
            if not isinstance(step, Done) and await _in_other_hands(work, claim):
                return
            settled = await _settle(work, claim.owner, claim.message.id, step)
            if settled is not None:
                await self._progress.after(work, settled)
            if isinstance(step, StopAccount):
                await _stop_account(work, claim, step)
            await self._schedule_lane(work, claim, step)

    async def give_back(self, claim: Claim) -> None:
        """The slot was not needed: the message was cancelled or taken meanwhile."""
        async with self._transactions() as work:
            await attempts.release(work.session, claim.owner, claim.attempt.id)
            await lanes.mark_due(work.session, claim.account.platform, claim.account.account_id)

    async def _schedule_lane(self, work: UnitOfWork, claim: Claim, step: Step) -> None:
        whole_account = isinstance(step, Again) and step.whole_account
        wait = step.wait if isinstance(step, Again) and whole_account else self._min_gap
        await lanes.set_due_in(
            work.session, claim.account.platform, claim.account.account_id, wait, blocked=whole_account
        )


def _outcome(answer: Answer) -> tuple[str, str | None]:
    """The word and the sentence under which an attempt is remembered."""
    match answer:
        case Sent():
            return "SENT", None
        case NotSent(reason) | AccountStopped(_, reason):
            return "NOT_SENT", reason
        case Refused(reason):
            return "REFUSED", reason
        case _:
            return "UNKNOWN", answer.reason


async def _in_other_hands(work: UnitOfWork, claim: Claim) -> bool:
    """A message sent again by hand is not touched by an earlier attempt, unless that has delivered it after all."""
    await messages.lock(work.session, claim.owner, claim.message.id)
    return await attempts.superseded(work.session, claim.attempt)


async def _settle(work: UnitOfWork, owner: UUID, message_id: UUID, step: Step) -> Message | None:
    certain = not isinstance(step, LeaveUnknown)
    before = ("QUEUED", "SENDING", "UNKNOWN") if certain else ("SENDING",)
    moved = await messages.move(work.session, owner, message_id, before, **_values(step))
    if moved is None:
        return None
    work.emit(owner, events.message_updated(moved))
    if moved.status == "SENT" and (moved.campaign_id is not None or moved.scheduled_at is not None):
        work.emit(owner, events.conversation_updated(await conversations.put_last(work.session, moved)))
    await leftovers.settle(work, moved)
    return moved


def _values(step: Step) -> dict[str, Any]:
    match step:
        case Done(platform_message_id):
            sent = {"status": "SENT", "sent_at": NOW, "finished_at": NOW, "not_before": None, "failure_reason": None}
            return sent | {"platform_message_id": platform_message_id, "placed_at": PLACE_WHEN_SENT}
        case Again(wait, reason, counted):
            again = {"status": "QUEUED", "not_before": NOW + wait, "failure_reason": reason}
            return again | _fresh_request() | ({"failures": Message.failures + 1} if counted else {})
        case StopAccount(_, reason):
            return {"status": "QUEUED", "failure_reason": reason} | _fresh_request()
        case GiveUp(reason):
            return {"status": "FAILED", "finished_at": NOW, "not_before": None, "failure_reason": reason}
        case LeaveUnknown(reason):
            return {"status": "UNKNOWN", "finished_at": NOW, "not_before": None, "failure_reason": reason}


def _fresh_request() -> dict[str, Any]:
    """After proven non-delivery: a new key, else the platform would repeat its first answer instead of sending."""
    return {"platform_key": str(new_id())}


async def _stop_account(work: UnitOfWork, claim: Claim, step: StopAccount) -> None:
    changed = await creator_accounts.set_status(work.session, claim.owner, claim.account.id, step.status, step.reason)
    if changed:
        work.emit(claim.owner, events.account_updated(claim.account.id))
