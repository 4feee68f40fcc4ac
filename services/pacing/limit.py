"""When may an account send next? Pure decisions over the attempts of the last window.

Every attempt holds a slot from the moment it is reserved until it is finished, and for one window after that. The
arrival at the platform lies somewhere in between, so at most `messages` can arrive in any rolling window, however
long the calls take (measured in `delivery.md`: a token bucket lets through twice the limit).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum


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
    def memory(self) -> timedelta:
        """Attempts that ended longer ago than this no longer matter."""
        return max(self.window, self.min_gap)


@dataclass(frozen=True, slots=True)
class Slot:
    """One attempt. `ended_at`: when it was finished, or when its lease ends if it is not (yet)."""

    started_at: datetime
    ended_at: datetime
    campaign: bool


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


def decide(
    limit: Limit, now: datetime, slots: Sequence[Slot], *, reply_waits: bool, campaign_waits: bool
) -> Grant | Wait | None:
    """Who may send now? None when nobody waits. `slots`: the attempts that ended within `limit.memory`."""
    if not (reply_waits or campaign_waits):
        return None
    if campaign_waits and (not reply_waits or _campaign_floor_is_due(limit, now, slots)):
        kind, at = Kind.CAMPAIGN, earliest(limit, slots, Kind.REPLY if reply_waits else Kind.CAMPAIGN)
    else:
        kind, at = Kind.REPLY, earliest(limit, slots, Kind.REPLY)
    return Grant(kind) if at is None or at <= now else Wait(at)


def earliest(limit: Limit, slots: Sequence[Slot], kind: Kind) -> datetime | None:
    """The first moment at which one more message of this kind keeps the limit; None: at any time."""
    if not slots:
        return None
    ends = sorted((slot.ended_at for slot in slots), reverse=True)
    share = limit.messages if kind is Kind.REPLY else limit.campaign_share
    moments = [ends[0] + limit.min_gap]
    if len(ends) >= share:
        moments.append(ends[share - 1] + limit.window)
    if kind is Kind.CAMPAIGN and (last := _last_campaign(slots)):
        moments.append(last + limit.campaign_step)
    return max(moments)


def _campaign_floor_is_due(limit: Limit, now: datetime, slots: Sequence[Slot]) -> bool:
    """Replies have taken the campaign's share for a whole window: then one slot is the campaign's."""
    held = sum(slot.ended_at + limit.window > now for slot in slots)
    last = _last_campaign(slots)
    return held >= limit.campaign_share and (last is None or last + limit.window <= now)


def _last_campaign(slots: Sequence[Slot]) -> datetime | None:
    return max((slot.started_at for slot in slots if slot.campaign), default=None)
