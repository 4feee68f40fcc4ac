"""Rolling windows in this process, which decide while Redis is away; see docs/decisions on allowances without Redis."""

from __future__ import annotations

from collections import deque
from datetime import timedelta
from uuid import UUID

from services.access.allowance import Allowance, Operation, Standing
from services.runtime.clock import Clock

SWEEP_FROM = 10_000
"""Windows; above it those that have emptied are looked for."""

Key = tuple[UUID, Operation]


class LocalWindows:
    """Knows what this process has let pass, whoever granted it. Lost when the process ends."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ends: dict[Key, deque[float]] = {}
        self._sweep_at = SWEEP_FROM

    def note(self, owner: UUID, allowance: Allowance) -> None:
        """Another has granted one more."""
        if len(self._ends) >= self._sweep_at:
            self._sweep()
        key = (owner, allowance.operation)
        self._forget(key)
        self._ends.setdefault(key, deque()).append(self._clock.monotonic() + allowance.window_seconds)

    def standing(self, owner: UUID, allowance: Allowance, *, take: bool) -> Standing:
        """Count one more if `take` and there is room."""
        key = (owner, allowance.operation)
        self._forget(key)
        granted = take and len(self._ends.get(key, ())) < allowance.limit
        if granted:
            self.note(owner, allowance)
        ends, now = self._ends.get(key, deque()), self._clock.monotonic()
        return Standing(
            granted=granted,
            used=len(ends),
            wait_seconds=ends[-allowance.limit] - now if len(ends) >= allowance.limit else 0,
            whole_at=self._clock.now() + timedelta(seconds=ends[-1] - now) if ends else None,
        )

    def _forget(self, key: Key) -> None:
        ends, now = self._ends.get(key), self._clock.monotonic()
        while ends and ends[0] <= now:
            ends.popleft()
        if ends is not None and not ends:
            del self._ends[key]

    def _sweep(self) -> None:
        for key in list(self._ends):
            self._forget(key)
        self._sweep_at = max(SWEEP_FROM, 2 * len(self._ends))
