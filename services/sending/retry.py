"""What becomes of a message after a platform has answered. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from services.platforms.interface import AccountStopped, Answer, NotSent, Refused, Sent, Unknown

RETRY_AFTER_SECONDS = (1.0, 2.0, 4.0)
"""Waits before the second, third and fourth attempt of a message that was certainly not sent (requirement 2.5)."""

RATE_LIMITED_WAIT_SECONDS = 30.0
"""Where a platform says 429 without saying for how long."""


@dataclass(frozen=True, slots=True)
class Done:
    """The platform has it."""

    platform_message_id: str | None


@dataclass(frozen=True, slots=True)
class Again:
    """Send it again after `wait`. `counted`: it used up one of its retries. `whole_account`: nobody sends meanwhile."""

    wait: timedelta
    reason: str
    counted: bool
    whole_account: bool = False


@dataclass(frozen=True, slots=True)
class GiveUp:
    """It will not be sent; the reason is for the user."""

    reason: str


@dataclass(frozen=True, slots=True)
class StopAccount:
    """Nothing of this account is sent until it is connected again; the message waits."""

    status: str
    reason: str


@dataclass(frozen=True, slots=True)
class LeaveUnknown:
    """It may have arrived; nothing repeats it by itself."""

    reason: str


Step = Done | Again | GiveUp | StopAccount | LeaveUnknown


def next_step(answer: Answer, failures: int) -> Step:
    """Decide after an answer; `failures` counts the certain failures of this message before it."""
    match answer:
        case Sent(platform_message_id):
            return Done(platform_message_id)
        case NotSent(reason, retry_after, counts=False):
            wait = timedelta(seconds=RATE_LIMITED_WAIT_SECONDS if retry_after is None else retry_after)
            return Again(wait, reason, counted=False, whole_account=True)
        case NotSent(reason, retry_after) if failures < len(RETRY_AFTER_SECONDS):
            seconds = max(RETRY_AFTER_SECONDS[failures], retry_after or 0)
            return Again(timedelta(seconds=seconds), reason, counted=True)
        case NotSent(reason) | Refused(reason):
            return GiveUp(reason)
        case AccountStopped(status, reason):
            return StopAccount(status, reason)
        case Unknown(reason):
            return LeaveUnknown(reason)
