"""One lane in made-up time: messages come, calls take as long as they take, workers die in between."""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from services.pacing.limit import Grant, Kind, Limit, Slot, Wait, decide

BEGIN = datetime(2026, 11, 30, 18, tzinfo=UTC)
LEASE_SECONDS = 15.0


def at(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


def seconds_of(moment: datetime) -> float:
    return (moment - BEGIN).total_seconds()


@dataclass(frozen=True)
class Call:
    """How one call goes. `arrives`: where between its start and its end it reaches the platform, 0 to 1.

    A worker that dies leaves the attempt to end with its lease; the message may have arrived all the same. One that is
    `frozen` is thawed so many seconds after its lease: until then nobody knows, and only then is the end recorded.
    """

    seconds: float
    arrives: float = 0.5
    dies: bool = False
    frozen: float | None = None


@dataclass
class Sending:
    """One attempt as it went, in true seconds from the beginning, and what the clock said when it was written down."""

    kind: Kind
    started: float
    arrived: float
    recorded: float | None
    waited: float
    started_reading: float
    recorded_reading: float

    def slot(self, now: float) -> Slot:
        """As the database gives it at that moment: an attempt that nobody has finished ends with its lease."""
        answered = self.recorded is not None and self.recorded <= now
        end = self.recorded_reading if answered else self.started_reading + LEASE_SECONDS
        return Slot(at(self.started_reading), at(end), self.kind is Kind.CAMPAIGN, answered)


@dataclass
class Lane:
    """`replies` and `campaign`: when each message came, in seconds; a campaign's mostly all at the start.

    `dips`: how far each reading of the clock lies behind the time, one after another.
    """

    limit: Limit
    calls: Iterator[Call]
    replies: list[float] = field(default_factory=list)
    campaign: list[float] = field(default_factory=list)
    dips: Iterator[float] = field(default_factory=lambda: itertools.repeat(0.0))
    sent: list[Sending] = field(default_factory=list)

    def run(self, until: float) -> list[Sending]:
        """Look at the lane whenever something came or the last decision said so, as the workers do."""
        now = 0.0
        self.replies.sort()
        self.campaign.sort()
        while now < until:
            reading = self._reading(now)
            decision = decide(
                self.limit,
                at(reading),
                self._slots(now, reading),
                reply_waits=_came(self.replies, now),
                campaign_waits=_came(self.campaign, now),
            )
            if isinstance(decision, Grant):
                self._send(decision.kind, now, reading)
                continue
            rows = (self.replies, self.campaign)
            to_come = [moment for moment in (*self._records(), *(_next(row, now) for row in rows)) if moment > now]
            wake = seconds_of(decision.until) if isinstance(decision, Wait) else until
            assert wake > reading
            now = min(max(wake, now + 0.01), *to_come, until)
        return self.sent

    def _records(self) -> Iterator[float]:
        """Whoever records an end has the lane looked at again."""
        return (each.recorded for each in self.sent[-3:] if each.recorded is not None)

    def _reading(self, now: float) -> float:
        return now - next(self.dips)

    def _slots(self, now: float, reading: float) -> Sequence[Slot]:
        """As the database gives them: what ended not long ago, or has not ended yet."""
        memory = self.limit.memory
        slots = [each.slot(now) for each in self.sent[-2 * self.limit.messages - 2 :]]
        return [slot for slot in slots if slot.ended_at > at(reading) - memory]

    def _send(self, kind: Kind, now: float, reading: float) -> None:
        call, row = next(self.calls), self.replies if kind is Kind.REPLY else self.campaign
        came = row.pop(0)
        frozen = None if call.frozen is None else LEASE_SECONDS + call.frozen
        arrived = now + call.arrives * (call.seconds if frozen is None else frozen)
        recorded = None if call.dies else now + (call.seconds if frozen is None else frozen)
        recorded_reading = 0.0 if recorded is None else self._reading(recorded)
        self.sent.append(Sending(kind, now, arrived, recorded, now - came, reading, recorded_reading))


def _came(row: list[float], now: float) -> bool:
    return bool(row) and row[0] <= now


def _next(row: list[float], now: float) -> float:
    """When the next one comes that is not here yet."""
    place = bisect_right(row, now)
    return row[place] if place < len(row) else now


def most_in_a_window(arrivals: Sequence[float], window: float) -> int:
    """The most arrivals in any rolling window, its end not included."""
    ordered = sorted(arrivals)
    return max((sum(begin <= each < begin + window for each in ordered) for begin in ordered), default=0)


def smallest_gap(arrivals: Sequence[float]) -> float:
    ordered = sorted(arrivals)
    return min((later - earlier for earlier, later in pairwise(ordered)), default=float("inf"))
