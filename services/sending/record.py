"""Record how an attempt ended: attempt, message, conversation, lane, account and events in one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from db.models import CreatorAccount
from db.queries import attempts, creator_accounts, lanes, messages
from db.unit_of_work import Transactions, UnitOfWork
from services.campaigns.progress import Progress
from services.live import events
from services.platforms.interface import AccountStopped, Answer, NotSent, Refused, Sent
from services.runtime.clock import Clock
from services.sending.claim import Claim
from services.sending.retry import Done, Step, Turn, next_step, pause_of_account
from services.sending.settle import settle

log = structlog.get_logger(service="sending")

STORE_PAUSES_SECONDS = (0.2, 0.5, 1, 2, 3, 5, 5, 5, 5, 5, 10, 10, 10)
"""A database may be away for a minute; the answer is kept in memory meanwhile."""


class Recorder:
    """Writes the outcome of attempts. `min_gap`: the least pause before the lane is looked at again."""

    def __init__(self, transactions: Transactions, progress: Progress, min_gap: timedelta, clock: Clock) -> None:
        self._transactions = transactions
        self._progress = progress
        self._min_gap = min_gap
        self._clock = clock

    async def record(self, claim: Claim, answer: Answer) -> None:
        """Settle the attempt. A late but certain answer also settles a message given up as unknown."""
        step = await self._until_stored(lambda: self._store(claim, answer))
        outcome, _ = _outcome(answer)
        log.info(
            "attempt_finished",
            action="record",
            outcome=outcome,
            step=type(step).__name__ if step else "recorded before",
            messageId=str(claim.message.id),
            userId=str(claim.owner),
            recipientId=str(claim.message.fan_id),
        )

    async def _until_stored(self, store: Callable[[], Awaitable[Step | None]]) -> Step | None:
        """What a platform answered is kept through a restart of the database; storing it twice changes nothing."""
        for pause in STORE_PAUSES_SECONDS:
            try:
                return await store()
            except (DBAPIError, PoolTimeout, OSError, TimeoutError) as error:
                log.warning("outcome_not_stored_yet", action="record", error=type(error).__name__)
                await self._clock.sleep(pause)
        return await store()

    async def _store(self, claim: Claim, answer: Answer) -> Step | None:
        """The step that was taken; None where the answer was stored before, by a commit whose own answer got lost."""
        async with self._transactions() as work:
            session = work.session
            if isinstance(answer, Sent | AccountStopped):
                # Before anything else, as whoever works on a webhook: one may be about this message at this moment.
                await creator_accounts.hold(session, claim.owner, claim.account.id)
            if not await attempts.finish(session, claim.owner, claim.attempt.id, *_outcome(answer)):
                return None
            message = await messages.lock(session, claim.owner, claim.message.id)
            assert message is not None
            step = next_step(answer, message.failures, await _turn(work, claim, answer))
            # A message that is in other hands is not touched by an earlier attempt, unless that has delivered it.
            if isinstance(step, Done) or not await attempts.superseded(session, claim.attempt):
                await settle(work, message, step, repeat=claim.repeat)
                await self._progress.after(work, message)
                if isinstance(answer, AccountStopped):
                    await stop_account(work, claim.account, answer.status, answer.reason)
                await self._schedule_lane(work, claim, answer)
            return step

    async def give_back(self, claim: Claim) -> None:
        """The slot was not needed: the message was cancelled or taken meanwhile."""
        async with self._transactions() as work:
            await attempts.release(work.session, claim.owner, claim.attempt.id)
            await lanes.mark_due(work.session, claim.account.platform, claim.account.account_id)

    async def _schedule_lane(self, work: UnitOfWork, claim: Claim, answer: Answer) -> None:
        pause = pause_of_account(answer)
        await lanes.set_due_in(
            work.session,
            claim.account.platform,
            claim.account.account_id,
            self._min_gap if pause is None else pause,
            blocked=pause is not None,
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


async def _turn(work: UnitOfWork, claim: Claim, answer: Answer) -> Turn:
    """Asked after the answer came: what was unknown when the call left may be proven by now."""
    if isinstance(answer, Sent) or not await attempts.another_may_have_arrived(work.session, claim.attempt):
        return Turn.FIRST
    return Turn.REPEAT if claim.repeat else Turn.BY_HAND


async def stop_account(work: UnitOfWork, account: CreatorAccount, status: str, reason: str) -> None:
    """Nothing of this account is sent or read until it is connected again. `account`: as it was when it was asked."""
    known = (account.user_id, account.id, account.connected_at)
    if await creator_accounts.stop(work.session, *known, status, reason):
        work.emit(account.user_id, events.account_updated(account.id))
