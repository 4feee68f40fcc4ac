"""When will the messages that wait now leave, if nothing changes? Pure: the limiter's own decisions, played forward.

Once the slots of the past no longer matter, the decisions repeat themselves: the departures of one round, again and
again, a fixed time apart. So a line of 10,000 costs hardly more than a line of 30 (`bench/forecast.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.pacing.departures import Departures
from services.pacing.limit import Grant, Kind, Limit, Slot, SlotLog, Wait
from services.pacing.rounds import Departure, Rounds

USUAL_CALL_SHARE = 60
"""Where an account has sent nothing yet, a call is thought to take this part of the window: a second of a minute."""


@dataclass(frozen=True, slots=True)
class Line:
    """How many messages wait: replies, and those of active campaigns."""

    replies: int
    campaign: int

    def of(self, kind: Kind) -> int:
        return self.replies if kind is Kind.REPLY else self.campaign


def usual_call(limit: Limit, durations: Sequence[timedelta]) -> timedelta:
    """The mean of the calls that ended lately: a slot is held for so long before its window begins."""
    return sum(durations, timedelta(0)) / len(durations) if durations else limit.window / USUAL_CALL_SHARE


def expected(slots: Sequence[Slot], now: datetime, call: timedelta) -> list[Slot]:
    """A call under way will end when calls usually do, and not when its lease does."""
    return [
        replace(slot, ended_at=max(now, slot.started_at + call), answered=True)
        if slot.ended_at > now and not slot.answered
        else slot
        for slot in slots
    ]


def forecast(limit: Limit, now: datetime, slots: Sequence[Slot], call: timedelta, line: Line) -> Departures:
    """The departures of everybody in the line. `now`: the first moment at which the lane may be looked at."""
    return _Play(limit, now, slots, call, line).departures()


class _Play:
    """One lane in time to come: a message is granted, called for, and the next one decided."""

    def __init__(self, limit: Limit, now: datetime, slots: Sequence[Slot], call: timedelta, line: Line) -> None:
        self._limit = limit
        self._now = now
        self._log = SlotLog(limit, slots)
        self._call = call
        self._left = {kind: line.of(kind) for kind in Kind}
        self._found = Departures()
        self._past_matters_until = self._log.forgotten_at or now
        self._rounds = Rounds(limit)

    def departures(self) -> Departures:
        while (decision := self._decision()) is not None:
            if isinstance(decision, Wait):
                self._now = decision.until
            else:
                self._depart(decision.kind)
        return self._found

    def _decision(self) -> Grant | Wait | None:
        replies, campaign = (self._left[kind] > 0 for kind in (Kind.REPLY, Kind.CAMPAIGN))
        return self._log.decide(self._now, reply_waits=replies, campaign_waits=campaign)

    def _depart(self, kind: Kind) -> None:
        self._found.add(kind, self._now)
        self._left[kind] -= 1
        self._log.add(Slot(self._now, self._now + self._call, kind is Kind.CAMPAIGN))
        self._rounds.add(kind, self._now)
        if self._left[kind] == 0:
            self._rounds = Rounds(self._limit)
        elif self._now >= self._past_matters_until and (found := self._rounds.repeated()):
            self._skip(found)
        self._now += self._call

    def _skip(self, round_: Sequence[Departure]) -> None:
        """Repeat a round as long as nobody's row comes to its end by it."""
        of_kind = {kind: sum(each.kind is kind for each in round_) for kind in Kind}
        times = min((self._left[kind] - 1) // count for kind, count in of_kind.items() if count)
        if times < 1:
            return
        period = self._rounds.period(len(round_))
        self._found.repeat([(each.kind, each.at) for each in round_], period, times)
        for kind, count in of_kind.items():
            self._left[kind] -= count * times
        self._now += period * times
        self._log = self._log.later(period * times)
        self._rounds = Rounds(self._limit)
