"""Is a lane worth waiting for within a Lambda invocation, or does a wake-up do? Pure."""

from __future__ import annotations

from collections.abc import Sequence

from db.queries.wake_ups import LaneWait

SHORT_SECONDS = 1.0
"""The queue counts delays in whole seconds: what is due sooner is waited for."""
LATE_SECONDS = 1.0
"""A wake-up that comes so long after its lane is due comes too late, and no second one may be sent."""


def worth_waiting(lanes: Sequence[LaneWait], most_seconds: float) -> float | None:
    """Seconds until the first lane that no wake-up serves in time; None where nothing has to be waited for."""
    waits = [max(lane.due_in, 0) for lane in lanes if _unserved(lane)]
    first = min(waits, default=None)
    return first if first is not None and first < most_seconds else None


def _unserved(lane: LaneWait) -> bool:
    """A reply may have moved its lane before the wake-up that was left for a campaign."""
    if lane.wake_in is None:
        return lane.due_in <= SHORT_SECONDS
    return lane.wake_in > max(lane.due_in, 0) + LATE_SECONDS
