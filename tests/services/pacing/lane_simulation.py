"""One lane in made-up time: messages come, calls take as long as they take, workers die in between."""

from __future__ import annotations

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

    A worker that dies leaves the attempt to end with its lease; the message may have arrived all the same.
    """

    seconds: float
    arrives: float = 0.5
    dies: bool = False


@dataclass
class Sending:
    """One attempt as it went, in seconds from the beginning."""

    kind: Kind
    started: float
    arrived: float
    ended: float
    waited: float


@dataclass
class Lane:
    """`replies` and `campaign`: when each message came, in seconds; a campaign's mostly all at the start."""

    limit: Limit
    calls: Iterator[Call]
    replies: list[float] = field(default_factory=list)
    campaign: list[float] = field(default_factory=list)
    sent: list[Sending] = field(default_factory=list)

    def run(self, until: float) -> list[Sending]:
        """Look at the lane whenever something came or the last decision said so, as the workers do."""
        now = 0.0
        while now < until:
            decision = decide(
                self.limit,
                at(now),
                self._slots(now),
                reply_waits=any(came <= now for came in self.replies),
                campaign_waits=any(came <= now for came in self.campaign),
            )
            if isinstance(decision, Grant):
                self._send(decision.kind, now)
                continue
            to_come = [came for came in (*self.replies, *self.campaign) if came > now]
            wake = seconds_of(decision.until) if isinstance(decision, Wait) else until
            assert wake > now
            now = min(wake, *to_come, until)
        return self.sent

    def _slots(self, now: float) -> Sequence[Slot]:
        """As the database gives them: what ended not long ago, or has not ended yet."""
        memory = self.limit.memory.total_seconds()
        return [
            Slot(at(each.started), at(each.ended), each.kind is Kind.CAMPAIGN)
            for each in self.sent
            if each.ended > now - memory
        ]

    def _send(self, kind: Kind, now: float) -> None:
        call, row = next(self.calls), self.replies if kind is Kind.REPLY else self.campaign
        came = min(row)
        row.remove(came)
        ended = now + (LEASE_SECONDS if call.dies else call.seconds)
        self.sent.append(Sending(kind, now, now + call.arrives * call.seconds, ended, now - came))


def most_in_a_window(arrivals: Sequence[float], window: float) -> int:
    """The most arrivals in any rolling window, its end not included."""
    ordered = sorted(arrivals)
    return max((sum(begin <= each < begin + window for each in ordered) for begin in ordered), default=0)


def smallest_gap(arrivals: Sequence[float]) -> float:
    ordered = sorted(arrivals)
    return min((later - earlier for earlier, later in pairwise(ordered)), default=float("inf"))
