"""Why is a message not sent yet? Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

# Nothing of these is sent, and nobody can say when it will be.
ENDLESS = frozenset({"CAMPAIGN_PAUSED", "ACCOUNT_DISCONNECTED", "SENDING_DISABLED"})


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides it: the message's own state, its campaign's, its account's, and who goes before it.

    `reserved`: a worker has begun with it. `lane_blocked`: the platform has asked to wait. `lane_overdue`: no worker
    takes the account's turn. `lane_asleep`: its wake-up has not come through the queue. `held`: an earlier reply of its
    conversation has not ended. `behind`: something more urgent goes first.
    """

    now: datetime
    status: str
    reserved: bool
    campaign_status: str | None
    scheduled_at: datetime | None
    not_before: datetime | None
    account_connected: bool
    sending_enabled: bool
    lane_blocked: bool
    lane_overdue: bool
    lane_asleep: bool
    held: bool
    behind: bool


def wait_reason(situation: Situation) -> str | None:
    """The first reason that holds, the most lasting first; None for a message that does not wait."""
    if situation.status not in {"PENDING", "QUEUED"} or situation.reserved:
        return None
    return _by_order(situation) or _by_account(situation) or _by_turn(situation)


def _by_order(situation: Situation) -> str | None:
    """Somebody wants it so."""
    if situation.campaign_status not in {None, "ACTIVE", "SCHEDULED"}:
        return "CAMPAIGN_PAUSED"
    later = situation.scheduled_at is not None and situation.scheduled_at > situation.now
    return "SCHEDULED" if later or situation.campaign_status == "SCHEDULED" else None


def _by_account(situation: Situation) -> str | None:
    if not situation.account_connected:
        return "ACCOUNT_DISCONNECTED"
    if not situation.sending_enabled:
        return "SENDING_DISABLED"
    told_to_wait = situation.not_before is not None and situation.not_before > situation.now
    return "PLATFORM_BACKOFF" if told_to_wait or situation.lane_blocked else None


def _by_turn(situation: Situation) -> str:
    if situation.status == "PENDING" or situation.lane_overdue:
        return "QUEUE_DELAYED"
    if situation.held or situation.behind:
        return "BEHIND_HIGHER_PRIORITY"
    return "QUEUE_DELAYED" if situation.lane_asleep else "RATE_LIMIT"
