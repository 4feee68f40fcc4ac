"""Claim the next message that may be sent: one short transaction that also counts the limit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from db.engine import WriteSession
from db.models import Attempt, CreatorAccount, Fan, Message
from db.queries import attempts, lanes, messages, waiting
from db.unit_of_work import Transactions, UnitOfWork
from services.fans import leftovers
from services.pacing.limit import Kind, Limit, Slot, Wait, decide
from services.pacing.slots import slot

LOOK_AGAIN = timedelta(seconds=1)
"""Where something waits that may go by an event that nobody announces, such as another message's end."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A message with a slot reserved for it; whoever holds this sends it before the attempt's lease ends."""

    message: Message
    fan: Fan
    account: CreatorAccount
    attempt: Attempt

    @property
    def owner(self) -> UUID:
        return self.message.user_id

    @property
    def repeat(self) -> bool:
        """It repeats a call whose outcome is unknown, by itself."""
        return self.message.status == "UNKNOWN"


class Claimer:
    """Claims for one worker. `lease`: how long a reservation lives."""

    def __init__(self, transactions: Transactions, limit: Limit, lease: timedelta, worker: str) -> None:
        self._transactions = transactions
        self._limit = limit
        self._lease = lease
        self._worker = worker

    async def next(self) -> Claim | bool:
        """Take the lane that has been due longest. True: it had nothing to send now; False: no lane is due."""
        async with self._transactions() as work:
            turn = await lanes.claim(work.session)
            if turn is None:
                return False
            claim, due_at = (None, None)
            if turn.account is not None and turn.account.status == "CONNECTED":
                claim, due_at = await self._serve(work, turn.account, turn.now)
            await lanes.set_due(work.session, turn.platform, turn.account_id, due_at)
            return claim or True

    async def _serve(
        self, work: UnitOfWork, account: CreatorAccount, now: datetime
    ) -> tuple[Claim | None, datetime | None]:
        """A claim if the limit allows one now, and when to look at the lane again."""
        slots = await self._slots(work.session, account)
        heads = await waiting.heads(work.session, account.user_id, account.id)
        decision = decide(
            self._limit, now, slots, reply_waits=heads.reply is not None, campaign_waits=heads.campaign is not None
        )
        if decision is None:
            return None, heads.held_until and max(heads.held_until, now + LOOK_AGAIN)
        if isinstance(decision, Wait):
            # A reply that comes meanwhile marks the lane due again; one that was held back does not.
            return None, min(decision.until, heads.held_until or decision.until)
        message_id = heads.reply if decision.kind is Kind.REPLY else heads.campaign
        assert message_id is not None
        claim = await self._reserve(work, account, message_id, now)
        return claim, claim.attempt.lease_until if claim else now + LOOK_AGAIN

    async def _slots(self, session: WriteSession, account: CreatorAccount) -> list[Slot]:
        rows = await attempts.of_lane(session, account.platform, account.account_id, self._limit.memory)
        return [slot(*row[1:]) for row in rows]

    async def _reserve(
        self, work: UnitOfWork, account: CreatorAccount, message_id: UUID, now: datetime
    ) -> Claim | None:
        session = work.session
        found = await messages.lock_if_free(session, account.user_id, message_id)
        if found is None:
            return None
        message, fan = found
        if not (message.status == "QUEUED" or _is_due_again(message, now)):
            return None
        if fan.deleted_at is not None:
            # She was deleted in the moment in which the message was accepted.
            await leftovers.settle(work, message)
            return None
        attempt = Attempt(
            user_id=account.user_id,
            message_id=message.id,
            platform=account.platform,
            account_id=account.account_id,
            campaign=message.campaign_id is not None,
            worker=self._worker,
        )
        return Claim(message, fan, account, await attempts.reserve(session, attempt, self._lease))


def _is_due_again(message: Message, now: datetime) -> bool:
    """An unknown message whose stored request may be repeated now."""
    if message.status != "UNKNOWN" or message.request is None:
        return False
    if message.not_before is None or message.repeat_until is None:
        return False
    return message.not_before <= now < message.repeat_until
