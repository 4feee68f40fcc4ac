"""Move dead letters back into the queue: copy first, remove then, so that a crash doubles a message but loses none.

A message twice in the queue is sent once: what counts is its row. What could not be read would only come back, so it
stays, unless everything is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import structlog

from services.runtime.clock import Clock
from services.runtime.sqs import DeadLetter, DeadLetterClient, Move
from services.runtime.sqs_failure import SqsFailure
from services.sending.batching import MAX_BATCH_BYTES, MAX_ENTRIES
from services.sending.envelope import MalformedQueueMessage, parse

log = structlog.get_logger(service="queue")

HIDDEN_SECONDS = 300
"""Nobody else sees a letter that was looked at, for so long or until the end."""
WAIT_SECONDS = 1
ATTRIBUTES_BYTES = 2_000
"""More than the attributes of a message of ours ever take."""
EMPTY_LOOKS = 2
"""A server that is asked once may not show everything it has."""
ASK_EVERY_SECONDS = 2.0


@dataclass(slots=True)
class Report:
    """`stays`: (SQS message id, why it cannot be read). `failed`: copies that the queue did not take; they stay too."""

    moved: int = 0
    failed: int = 0
    stays: list[tuple[str, str]] = field(default_factory=list)


class Redrive:
    def __init__(self, client: DeadLetterClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    async def by_server(self) -> Move | None:
        """Everything, by a task of the server's own; waits until it ends. None: the server has none."""
        source = await self._client.start_move()
        if source is None:
            return None
        while not (move := await self._client.move_of(source)).ended:
            await self._clock.sleep(ASK_EVERY_SECONDS)
        return move

    async def one_by_one(self, *, limit: int | None, everything: bool, dry_run: bool) -> Report:
        """What can be read, or `everything`; at most `limit`. `dry_run`: only tell. Raises SqsFailure."""
        report, hidden, seen, empty = Report(), list[DeadLetter](), set[str](), 0
        try:
            while empty < EMPTY_LOOKS and (limit is None or report.moved + report.failed < limit):
                letters = await self._client.look(MAX_ENTRIES, WAIT_SECONDS, HIDDEN_SECONDS)
                hidden += letters
                fresh = [letter for letter in letters if letter.received.message_id not in seen]
                seen |= {letter.received.message_id for letter in fresh}
                empty = 0 if fresh else empty + 1
                chosen = _choose(fresh, report, everything=everything)
                room = len(chosen) if limit is None else limit - report.moved - report.failed
                gone = await self._move(chosen[:room], report, dry_run=dry_run)
                hidden = [letter for letter in hidden if letter not in gone]
        finally:
            for start in range(0, len(hidden), MAX_ENTRIES):
                await self._client.show_again(hidden[start : start + MAX_ENTRIES])
        return report

    async def _move(self, letters: Sequence[DeadLetter], report: Report, *, dry_run: bool) -> list[DeadLetter]:
        """Gives those that are no longer dead letters."""
        if dry_run or not letters:
            report.moved += len(letters)
            return []
        gone: list[DeadLetter] = []
        for batch in _within_bytes(letters):
            copied = await self._copied(batch)
            if copied and (remaining := await self._client.remove(copied)):
                log.warning("dead_letters_doubled", action="redrive", count=len(remaining))
            report.moved += len(copied)
            report.failed += len(batch) - len(copied)
            gone += copied
        return gone

    async def _copied(self, batch: Sequence[DeadLetter]) -> list[DeadLetter]:
        """Those that the queue took; one may be larger than it allows. Raises SqsFailure where it takes nothing."""
        try:
            failures = await self._client.put_back(batch)
        except SqsFailure as failure:
            if failure.transient:
                raise
            return []
        refused = {int(each.id) for each in failures}
        return [letter for place, letter in enumerate(batch) if place not in refused]


def _within_bytes(letters: Sequence[DeadLetter]) -> Iterator[list[DeadLetter]]:
    """Requests within SQS' limit; a letter that is larger goes alone."""
    batch: list[DeadLetter] = []
    room = MAX_BATCH_BYTES
    for letter in letters:
        size = len(letter.received.body.encode("utf-8", "surrogatepass")) + ATTRIBUTES_BYTES
        if batch and size > room:
            yield batch
            batch, room = [], MAX_BATCH_BYTES
        batch.append(letter)
        room -= size
    if batch:
        yield batch


def _choose(letters: Sequence[DeadLetter], report: Report, *, everything: bool) -> list[DeadLetter]:
    chosen = []
    for letter in letters:
        reason = why_unreadable(letter)
        if reason is not None and not everything:
            report.stays.append((letter.received.message_id, reason))
        else:
            chosen.append(letter)
    return chosen


def why_unreadable(letter: DeadLetter) -> str | None:
    """What our reader says of it; None where it can be read."""
    try:
        parse(letter.received.body, letter.received.attributes)
    except MalformedQueueMessage as malformed:
        return malformed.reason
    return None
