"""When a send that SQS did not accept is tried again. Pure."""

from __future__ import annotations

DELAYS_SECONDS = (1.0, 2.0, 4.0)
JITTER = 0.1
"""Up to this share is added to a delay, so that processes do not come back all at once."""
BUDGET_SECONDS = 9.0
"""All attempts and delays together, so that the API answers within its own 10 seconds."""


def delay_after(attempt: int, elapsed_seconds: float, chance: float) -> float | None:
    """Seconds to wait after the failed `attempt` (1 is the first), or None to give up; `chance` is in [0, 1).

    Gives up early where the next attempt would begin beyond the budget: slow failures leave time for fewer.
    """
    if attempt > len(DELAYS_SECONDS):
        return None
    delay = DELAYS_SECONDS[attempt - 1] * (1 + JITTER * chance)
    return delay if elapsed_seconds + delay < BUDGET_SECONDS else None
