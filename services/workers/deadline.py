"""How much of a Lambda invocation is left, and what may still be begun in it. Pure.

When the function returns, or its time is over, the process is frozen in whatever it does. So nothing is begun that
might not end before, and nothing is left half done.
"""

from __future__ import annotations

from collections.abc import Callable

from services.sending.deliver import WRITE_WITHIN_SECONDS
from services.sending.reservation import LONGEST_SECONDS

PREPARE_SECONDS = 2.0
"""What a claim may take before its request leaves: two transactions, seldom a look-up."""
RECORD_SECONDS = 3.0
"""What an answer may take to be stored."""
LEAVE_SECONDS = 3.0
"""What the last things take: slots given back, wake-ups left, metrics sent."""


def _over() -> float:
    return 0.0


class Deadline:
    """For one invocation at a time. `platform_timeout_seconds`: the longest a call to a platform takes."""

    def __init__(self, platform_timeout_seconds: float) -> None:
        self._sending = WRITE_WITHIN_SECONDS + platform_timeout_seconds + RECORD_SECONDS + LEAVE_SECONDS
        self._remaining: Callable[[], float] = _over

    def begin(self, remaining: Callable[[], float]) -> None:
        """`remaining` tells the seconds until the invocation is cut off."""
        self._remaining = remaining

    def end(self) -> None:
        """Nothing may be begun any more, whatever is still running."""
        self._remaining = _over

    @property
    def seconds_to_claim(self) -> float:
        """For so long messages may still be claimed; 0 or less: no more."""
        return self._remaining() - self._sending - PREPARE_SECONDS

    def seconds_to_prepare(self) -> float:
        """For so long a request may still be prepared, so that it can leave in time."""
        return min(LONGEST_SECONDS, self._remaining() - self._sending)

    @property
    def seconds_to_work(self) -> float:
        """After so long whatever still runs is stopped. No call to a platform is under way then."""
        return self._remaining() - LEAVE_SECONDS

    def too_late_to_send(self) -> bool:
        """Whether a request that leaves now might not be answered and recorded in time."""
        return self._remaining() < self._sending
