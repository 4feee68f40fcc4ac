"""Do the departures of a lane repeat themselves? Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from services.pacing.limit import Kind, Limit


class Departure(NamedTuple):
    kind: Kind
    at: datetime


class Rounds:
    """What the lane decides depends on its last departures alone: no window holds more than the limit.

    So as soon as the last ones (one more than the limit, by kind and distance) have been there before, all that follows
    will be as it was then. Looked for at every tenth of the limit, since comparing costs as much as the limit is long.
    """

    def __init__(self, limit: Limit) -> None:
        self._length = limit.messages + 1
        self._stride = max(1, limit.messages // 10)
        self._all: list[Departure] = []
        self._steps: list[tuple[Kind, timedelta]] = []
        self._seen: dict[tuple[tuple[Kind, timedelta], ...], int] = {}

    def add(self, kind: Kind, at: datetime) -> None:
        if self._all:
            self._steps.append((kind, at - self._all[-1].at))
        self._all.append(Departure(kind, at))

    def repeated(self) -> Sequence[Departure] | None:
        """The departures of one whole round, the last one being the latest; None where no round is known yet."""
        count = len(self._steps)
        if count < self._length or count % self._stride:
            return None
        before = self._seen.setdefault(tuple(self._steps[-self._length :]), count)
        return self._all[before - count :] if before < count else None

    def period(self, length: int) -> timedelta:
        """How long a round of so many departures takes."""
        return self._all[-1].at - self._all[-1 - length].at
