"""Why is a message not sent yet? Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides it: the message's own state, its account's, and how many messages go before it."""

    now: datetime
    status: str
    scheduled_at: datetime | None
    not_before: datetime | None
    account_connected: bool
    sending_enabled: bool
    ahead: int
    lane_due_at: datetime | None


def wait_reason(situation: Situation) -> str | None:
    """The first reason that holds, the most lasting first; None for a message that does not wait."""
    if situation.status not in {"PENDING", "QUEUED"}:
        return None
    if situation.scheduled_at is not None and situation.scheduled_at > situation.now:
        return "SCHEDULED"
    if not situation.account_connected:
        return "ACCOUNT_DISCONNECTED"
    if not situation.sending_enabled:
        return "SENDING_DISABLED"
    if situation.not_before is not None and situation.not_before > situation.now:
        return "PLATFORM_BACKOFF"
    if situation.status == "PENDING":
        return "QUEUE_DELAYED"
    return "BEHIND_HIGHER_PRIORITY" if situation.ahead else "RATE_LIMIT"
