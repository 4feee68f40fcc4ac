"""The departures of a line of messages, in order: single ones, and rounds that repeat themselves. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.pacing.limit import Kind


@dataclass(slots=True)
class _Run:
    """`times` once, or again every `period`; `first` is the place of its first message in the row of its kind."""

    first: int
    times: list[datetime]
    repeats: int = 1
    period: timedelta = timedelta(0)

    @property
    def end(self) -> int:
        return self.first + len(self.times) * self.repeats

    def at(self, place: int) -> datetime:
        turn, within = divmod(place - self.first, len(self.times))
        return self.times[within] + turn * self.period


class Departures:
    """For each kind, when its first, second, third message leaves. A place is counted from 0."""

    def __init__(self) -> None:
        self._runs: dict[Kind, list[_Run]] = {kind: [] for kind in Kind}

    def add(self, kind: Kind, at: datetime) -> None:
        runs = self._runs[kind]
        if not runs or runs[-1].repeats > 1:
            runs.append(_Run(self.count(kind), []))
        runs[-1].times.append(at)

    def repeat(self, round_: Sequence[tuple[Kind, datetime]], period: timedelta, times: int) -> None:
        """The departures of this round `times` times more, each a period after the one before."""
        for kind in Kind:
            if again := [at + period for each, at in round_ if each is kind]:
                self._runs[kind].append(_Run(self.count(kind), again, times, period))

    def count(self, kind: Kind) -> int:
        runs = self._runs[kind]
        return runs[-1].end if runs else 0

    def at(self, kind: Kind, place: int) -> datetime:
        """When the message at this place leaves. Raises IndexError where the row is shorter."""
        runs = self._runs[kind]
        if not 0 <= place < self.count(kind):
            raise IndexError(place)
        return runs[bisect_right(runs, place, key=lambda run: run.first) - 1].at(place)

    def place_from(self, kind: Kind, moment: datetime) -> int:
        """The first place that leaves at `moment` or later; the length of the row where none does."""
        low, high = 0, self.count(kind)
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if self.at(kind, middle) >= moment else (middle + 1, high)
        return low

    @property
    def first(self) -> datetime | None:
        return min(self._ends(0), default=None)

    @property
    def last(self) -> datetime | None:
        return max(self._ends(-1), default=None)

    def _ends(self, which: int) -> Iterator[datetime]:
        for kind in Kind:
            if count := self.count(kind):
                yield self.at(kind, which % count)
