"""Entries on their way to SQS: in batches, and those that failed again, patiently but not for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import chain, count
from random import Random

import structlog

from services.runtime.clock import Clock
from services.runtime.sqs import Entry, EntryFailure, SqsClient
from services.runtime.sqs_failure import FailureKind, SqsFailure
from services.sending.batching import split
from services.sending.queue_retries import BUDGET_SECONDS, delay_after

log = structlog.get_logger(service="queue")


class QueueSender:
    """Sends to one queue. `random` spreads the retries of several processes."""

    def __init__(self, sqs: SqsClient, queue_url: str, clock: Clock, random: Random) -> None:
        self._sqs = sqs
        self._queue_url = queue_url
        self._clock = clock
        self._random = random

    async def send(self, entries: Sequence[Entry], *, patient: bool = True) -> dict[str, EntryFailure]:
        """The entries that SQS did not accept, by id. Not `patient`: one attempt. Never raises for a fault of SQS."""
        started = self._clock.monotonic()
        refused: dict[str, EntryFailure] = {}
        waiting = list(entries)
        for attempt in count(1):
            elapsed = self._clock.monotonic() - started
            failures = await self._attempt(waiting, attempt, BUDGET_SECONDS - elapsed)
            refused |= {failure.id: failure for failure in failures if not failure.transient}
            again = {failure.id: failure for failure in failures if failure.transient}
            delay = self._delay(attempt, started) if again and patient else None
            if delay is None:
                return refused | again
            waiting = [entry for entry in waiting if entry.id in again]
            await self._clock.sleep(delay)
        raise AssertionError("unreachable: the retries end")

    def _delay(self, attempt: int, started: float) -> float | None:
        return delay_after(attempt, self._clock.monotonic() - started, self._random.random())

    async def _attempt(self, entries: Sequence[Entry], attempt: int, seconds: float) -> list[EntryFailure]:
        parts = split(entries)
        found = await asyncio.gather(*(self._send_batch(batch, attempt, seconds) for batch in parts.batches))
        too_long = (EntryFailure(entry.id, "MessageTooLong", transient=False) for entry in parts.oversized)
        return [*too_long, *chain.from_iterable(found)]

    async def _send_batch(self, batch: Sequence[Entry], attempt: int, seconds: float) -> list[EntryFailure]:
        detail = None
        try:
            async with asyncio.timeout(seconds):
                failures = await self._sqs.send_batch(self._queue_url, batch)
        except (SqsFailure, TimeoutError) as error:
            fault = error if isinstance(error, SqsFailure) else SqsFailure("Timeout", "", FailureKind.NETWORK)
            failures = [EntryFailure(entry.id, fault.code, fault.transient) for entry in batch]
            # What SQS says of a wrong request may quote it.
            detail = fault.message if fault.transient else None
        self._log(batch, attempt, failures, detail)
        return failures

    def _log(self, batch: Sequence[Entry], attempt: int, failures: Sequence[EntryFailure], detail: str | None) -> None:
        tell = log.warning if failures else log.info
        tell(
            "queue_attempt",
            action="queue",
            attempt=attempt,
            messageIds=[entry.id for entry in batch],
            failed={failure.id: failure.code for failure in failures},
            detail=detail,
        )
