"""The sweeper: finds what a crash left behind. It needs PostgreSQL alone, neither the queue nor Redis."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from db.models import Attempt
from db.queries import attempts, messages, waiting
from db.unit_of_work import Transactions, UnitOfWork
from services.sending.arrive import enter_queue
from services.sending.retry import LeaveUnknown
from services.sending.settle import settle

LEAVE_YOUNGER_THAN_SECONDS = 20.0
"""The API may still be queueing a row that is younger (three retries take up to 9 s)."""
BATCH = 100
MOST_BATCHES = 20
"""Of one kind in one round; then the others have their turn."""
INTERRUPTED = "The worker that was sending it was interrupted; it may have arrived."


class Sweeper:
    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def sweep(self) -> int:
        """One round in short transactions; gives how many rows it moved on."""
        steps = (self._ended_leases, self._never_queued, self._sleeping_lanes)
        return sum([await to_the_end(step) for step in steps])

    async def _never_queued(self) -> int:
        """Accepted rows that nobody queued, and schedules that are due."""
        async with self._transactions() as work:
            rows = await messages.nobody_queued(work.session, LEAVE_YOUNGER_THAN_SECONDS, BATCH)
            for row in rows:
                await enter_queue(work, row)
            return len(rows)

    async def _ended_leases(self) -> int:
        async with self._transactions() as work:
            rows = await attempts.with_ended_lease(work.session, BATCH)
            # Their messages are locked in the order in which whoever cancels a campaign locks them.
            for attempt in sorted(rows, key=lambda row: row.message_id):
                await _end(work, attempt)
            return len(rows)

    async def _sleeping_lanes(self) -> int:
        """Lanes whose wake-up got lost with the queue that carried it."""
        async with self._transactions() as work:
            sleeping = await waiting.sleeping_lanes(work.session, BATCH)
            for platform, account_id in sleeping:
                work.mark_due(platform, account_id)
            return len(sleeping)


async def to_the_end(step: Callable[[], Awaitable[int]]) -> int:
    """Batch after batch, until one is not full."""
    moved = 0
    for _ in range(MOST_BATCHES):
        moved += (found := await step())
        if found < BATCH:
            break
    return moved


async def _end(work: UnitOfWork, attempt: Attempt) -> None:
    """Reserved: nothing left, so the message is simply free again. Dispatching: it may have arrived."""
    if attempt.state == "reserved":
        await attempts.release(work.session, attempt.user_id, attempt.id)
    else:
        await attempts.give_up(work.session, attempt.user_id, attempt.id, INTERRUPTED)
        message = await messages.lock(work.session, attempt.user_id, attempt.message_id)
        if message is not None and message.status == "SENDING":
            await settle(work, message, LeaveUnknown(INTERRUPTED, repeat=True))
        elif message is not None and message.status == "UNKNOWN":
            await settle(work, message, LeaveUnknown(None, repeat=True), repeat=True)
    work.mark_due(attempt.platform, attempt.account_id)
