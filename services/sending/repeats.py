"""When a message of unknown outcome is looked after next: repeated, then read back, then left alone. Pure.

Moments are the database's own, counted from the first dispatch of a key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

REPLY_WINDOW = timedelta(minutes=2)
CAMPAIGN_WINDOW = timedelta(minutes=10)
"""A key is used for so long after its first dispatch. A reply holds its conversation meanwhile."""

FIRST_PAUSE = timedelta(seconds=3)
READ_BACK_PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 480))
"""Waits before each look into the chat at the platform, once nothing is repeated any more."""


def window(*, of_campaign: bool) -> timedelta:
    return CAMPAIGN_WINDOW if of_campaign else REPLY_WINDOW


@dataclass(frozen=True, slots=True)
class Look:
    """A repeat at `at` while that is before `repeat_until`, else a read-back; None: nothing more by itself."""

    at: datetime | None
    repeat_until: datetime | None


def next_look(
    now: datetime,
    repeat_until: datetime | None,
    read_backs: int,
    *,
    of_campaign: bool,
    repeat: bool,
    wait: timedelta = timedelta(),
) -> Look:
    """`repeat`: another repeat may bring proof; not before `wait`. Once none fits, the time of repeats is over."""
    if repeat and repeat_until is not None:
        since_first = now - (repeat_until - window(of_campaign=of_campaign))
        at = now + max(FIRST_PAUSE, since_first, wait)
        if at < repeat_until:
            return Look(at, repeat_until)
    return Look(next_read_back(now, read_backs), repeat_until and min(now, repeat_until))


def next_read_back(now: datetime, read_backs: int) -> datetime | None:
    """None once it was looked for often enough."""
    return now + READ_BACK_PAUSES[read_backs] if read_backs < len(READ_BACK_PAUSES) else None
