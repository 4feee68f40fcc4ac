"""How long to wait before a program that died is started again."""

from __future__ import annotations

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 10.0
STEADY_SECONDS = 30.0


def pause_seconds(deaths_in_a_row: int, ran_seconds: float) -> tuple[int, float]:
    """The new count of deaths in a row, this one included, and the pause; a long life makes a fresh start."""
    count = 1 if ran_seconds >= STEADY_SECONDS else deaths_in_a_row + 1
    pause = FIRST_PAUSE_SECONDS * 2.0 ** min(count - 1, 10)
    return count, min(pause, LONGEST_PAUSE_SECONDS)
