"""When a webhook that met a fault is worked on again. Pure."""

from __future__ import annotations

from datetime import timedelta

FIRST = timedelta(seconds=5)
LONGEST = timedelta(minutes=15)
MOST_TRIES = 10
"""Some 36 minutes after the first try; then a person has to look."""


def pause_after(tries: int) -> timedelta | None:
    """The pause after so many tries that failed (1 is the first): twice the one before. None: it is given up."""
    return min(FIRST * 2 ** (tries - 1), LONGEST) if tries < MOST_TRIES else None
