"""A reserved slot is kept while its request is prepared: uploads may take longer than a reservation lives."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

import structlog

from db.queries import attempts
from db.unit_of_work import Transactions
from services.monitoring.logs import traced
from services.platforms.interface import NotSent
from services.runtime.clock import Clock
from services.sending.claim import Claim

log = structlog.get_logger(service="sending")

PreparedT = TypeVar("PreparedT")

LONGEST_SECONDS = 300.0
"""Twenty attachments of 15 seconds each. A message that takes longer would keep its account from sending anything."""
FAIR_SECONDS = 30.0
"""A preparation that was cut off sooner says nothing of its message: only an invocation was near its end."""
TOO_LONG = "Preparing it took too long; its attachments may be too large."


class Reservations:
    """`lease`: how long a reservation lives; `longest`: the seconds that a preparation beginning now may take."""

    def __init__(
        self, transactions: Transactions, lease: timedelta, clock: Clock, longest: Callable[[], float]
    ) -> None:
        self._transactions = transactions
        self._pause = lease.total_seconds() / 3
        self._lease = lease
        self._clock = clock
        self._longest = longest

    async def during(self, claim: Claim, prepare: Callable[[], Awaitable[PreparedT]]) -> PreparedT | NotSent | None:
        """What `prepare` gives. NotSent: it took too long. None: it was given too little time for that to be said."""
        seconds = self._longest()
        renewing = asyncio.create_task(self._renew(claim), name=f"renew-{claim.attempt.id}")
        try:
            async with asyncio.timeout(max(seconds, 0)) as within:
                return await prepare()
        except TimeoutError:
            if not within.expired():
                raise
            log.warning("preparation_cut_off", action="prepare", messageId=str(claim.message.id), seconds=seconds)
            return NotSent(TOO_LONG) if seconds >= FAIR_SECONDS else None
        finally:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)

    async def _renew(self, claim: Claim) -> None:
        while True:
            await self._clock.sleep(self._pause)
            try:
                async with self._transactions() as work:
                    if not await attempts.renew(work.session, claim.owner, claim.attempt.id, self._lease):
                        return
            except Exception as error:
                # The next try may do better; nobody awaits this task to hear of it.
                log.warning("reservation_not_renewed", action="prepare", **traced(error))
