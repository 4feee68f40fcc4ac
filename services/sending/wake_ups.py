"""Wake-ups for a worker that sleeps between two messages (AWS Lambda): one for each lane that has to wait.

The lane's row remembers the wake-up that is pending, so that ten messages of one account do not make ten of them. One
that gets lost is found by the timer: its lane is due, and it is long past its time.
"""

from __future__ import annotations

from uuid import UUID

import structlog

from db.queries import creator_accounts, wake_ups
from db.unit_of_work import Transactions
from services.sending.entry import MAX_DELAY_SECONDS
from services.sending.queue import RateLimiterQueue

log = structlog.get_logger(service="worker")

BATCH = 100


class WakeUps:
    def __init__(self, transactions: Transactions, queue: RateLimiterQueue) -> None:
        self._transactions = transactions
        self._queue = queue

    async def arrived(self, owner: UUID, creator_account_id: UUID) -> None:
        """A wake-up came out of the queue: its lane may be given another one."""
        async with self._transactions() as work:
            account = await creator_accounts.get(work.session, owner, creator_account_id)
            if account is None:
                log.warning("wake_up_for_nobody", action="receive", accountId=str(creator_account_id))
                return
            await wake_ups.arrived(work.session, account.platform, account.account_id)

    async def leave(self) -> int:
        """See that a wake-up is pending for every lane that waits. Gives how many were sent.

        The row is marked first: a crash before SQS has the wake-up loses it, and never makes two.
        """
        if not self._queue.knows_delays:
            return 0
        async with self._transactions() as work:
            needed = await wake_ups.reserve(work.session, MAX_DELAY_SECONDS, BATCH)
        if not needed:
            return 0
        refused = await self._queue.wake_lanes(needed)
        if refused:
            async with self._transactions() as work:
                await wake_ups.forget(work.session, refused)
        return len(needed) - len(refused)
