"""When may an account send next? Pure decisions over the attempts of the last windows.

Every attempt holds a slot from the moment it is reserved until it is finished, and for one window after that. The
arrival at the platform lies somewhere in between, so at most `messages` can arrive in any rolling window, however
long the calls take. A token bucket lets through twice the limit (`docs/decisions/0001-postgresql-counts-the-limit.md`).
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from operator import attrgetter

BUSY_SHARE = 0.8
"""Replies that keep the lane busy for so much of a window leave a campaign no turn of its own."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `messages` in any rolling `window`, at least `min_gap` apart."""

    messages: int
    window: timedelta
    min_gap: timedelta

    @property
    def campaign_share(self) -> int:
        """Slots a campaign may fill; a fifth is kept free for replies (2 of 10)."""
        return self.messages - self.messages // 5

    @property
    def campaign_step(self) -> timedelta:
        """A campaign spreads its slots evenly over the window instead of spending them in a burst."""
        return self.window / self.campaign_share

    @property
    def campaign_patience(self) -> timedelta:
        """Under constant replies a campaign's turn comes so long after its last one.

        That is a step of the limit before the window is over, so that the reply before it still fits in.
        """
        return self.window - self.window / self.messages

    @property
    def tolerance(self) -> timedelta:
        """A slot is held for so much longer (0.25 s of a minute): a later reading of the clock may be that far ahead.

        Readings differ where NTP sets a clock right, or where another server takes the database over.
        """
        return self.window / 240

    @property
    def memory(self) -> timedelta:
        """Attempts that ended longer ago than this no longer matter."""
        return max(2 * self.window + self.tolerance, self.min_gap)


@dataclass(frozen=True, slots=True)
class Slot:
    """One attempt. `ended_at`: when it was finished, or when its lease ends if it is not (yet).

    `answered` is False where nobody has finished it. After its lease such a call is thought to be over, but it may
    arrive late (a process that was frozen, a packet that was repeated): it counts for a second window.
    """

    started_at: datetime
    ended_at: datetime
    campaign: bool
    answered: bool = True


END = attrgetter("ended_at")


class Kind(Enum):
    """Which of the two rows of waiting messages goes next."""

    REPLY = "reply"
    CAMPAIGN = "campaign"


@dataclass(frozen=True, slots=True)
class Grant:
    """A message of this kind may be sent now."""

    kind: Kind


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing may be sent before `until`."""

    until: datetime


class SlotLog:
    """The slots of one account in order (a sliding-window log), and what they allow."""

    def __init__(self, limit: Limit, slots: Sequence[Slot]) -> None:
        self._limit = limit
        self._slots = sorted(slots, key=END)
        self._free_at = sorted(map(self._held_until, slots))
        self._last_campaign = max((slot.started_at for slot in slots if slot.campaign), default=None)

    def add(self, slot: Slot) -> None:
        """One more, begun after all the others."""
        insort(self._slots, slot, key=END)
        insort(self._free_at, self._held_until(slot))
        if slot.campaign:
            self._last_campaign = slot.started_at

    def _held_until(self, slot: Slot) -> datetime:
        windows = 1 if slot.answered else 2
        return slot.ended_at + windows * self._limit.window + self._limit.tolerance

    @property
    def forgotten_at(self) -> datetime | None:
        """From when on none of these slots has a say in any decision; None where there are none."""
        return self._free_at[-1] + self._limit.min_gap if self._free_at else None

    def later(self, shift: timedelta) -> SlotLog:
        """The slots that still count, as if all of it had been later."""
        kept = self._slots[-self._limit.messages - 1 :]
        moved = [replace(slot, started_at=slot.started_at + shift, ended_at=slot.ended_at + shift) for slot in kept]
        return SlotLog(self._limit, moved)

    def decide(self, now: datetime, *, reply_waits: bool, campaign_waits: bool) -> Grant | Wait | None:
        """Who may send now? None when nobody waits."""
        if not (reply_waits or campaign_waits):
            return None
        if campaign_waits and (not reply_waits or self._campaign_floor_is_due(now)):
            kind, at = Kind.CAMPAIGN, self.earliest(Kind.REPLY if reply_waits else Kind.CAMPAIGN)
        else:
            kind, at = Kind.REPLY, self.earliest(Kind.REPLY)
        return Grant(kind) if at is None or at <= now else Wait(at)

    def earliest(self, kind: Kind) -> datetime | None:
        """The first moment at which one more message of this kind keeps the limit; None: at any time."""
        if not self._slots:
            return None
        limit = self._limit
        share = limit.messages if kind is Kind.REPLY else limit.campaign_share
        moment = self._slots[-1].ended_at + limit.min_gap
        if len(self._free_at) >= share:
            moment = max(moment, self._free_at[-share])
        if kind is Kind.CAMPAIGN and self._last_campaign is not None:
            moment = max(moment, self._last_campaign + limit.campaign_step)
        return moment

    def _campaign_floor_is_due(self, now: datetime) -> bool:
        """Replies have taken the campaign's share of a whole window, in slots or in time: now one slot is its own."""
        if self._last_campaign is not None and self._last_campaign + self._limit.campaign_patience > now:
            return False
        held = len(self._free_at) - bisect_right(self._free_at, now)
        return held >= self._limit.campaign_share or self._busy(now) >= BUSY_SHARE * self._limit.window

    def _busy(self, now: datetime) -> timedelta:
        """How much of the last window went by in calls and in the gaps after them."""
        begin, total = now - self._limit.window, timedelta(0)
        for slot in reversed(self._slots):
            until = min(slot.ended_at + self._limit.min_gap, now)
            if until <= begin:
                break
            total += max(until - max(slot.started_at, begin), timedelta(0))
        return total


def decide(
    limit: Limit, now: datetime, slots: Sequence[Slot], *, reply_waits: bool, campaign_waits: bool
) -> Grant | Wait | None:
    """Who may send now? `slots`: the attempts that ended within `limit.memory`, or have not ended."""
    return SlotLog(limit, slots).decide(now, reply_waits=reply_waits, campaign_waits=campaign_waits)
