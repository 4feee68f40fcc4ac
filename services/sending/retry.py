"""What becomes of a message after a platform has answered. Pure.

Only 2xx proves a delivery. That nothing was sent is proven for one call alone: where an earlier call with the same key
may have delivered the message, it stays unknown whatever a later call says, and its key is never changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from services.platforms.interface import AccountStopped, Answer, NotSent, Refused, Sent, Unknown

RETRY_AFTER_SECONDS = (1.0, 2.0, 4.0)
"""Waits before the second, third and fourth attempt of a message that was certainly not sent."""

RATE_LIMITED_WAIT_SECONDS = 30.0
"""Where a platform says 429 without saying for how long."""

REPEAT_REFUSED = "It may have arrived; a repeat was refused: {reason}"


class Turn(Enum):
    """What an answer is to. `FIRST`: no other call may have delivered the message. Otherwise one may have: `BY_HAND`, a
    person has sent it again and waits for it; `REPEAT`, it repeats by itself until it is proven.
    """

    FIRST = "first"
    BY_HAND = "by hand"
    REPEAT = "repeat"


@dataclass(frozen=True, slots=True)
class Done:
    """The platform has it."""

    platform_message_id: str | None


@dataclass(frozen=True, slots=True)
class Again:
    """It waits for its turn again, not before `wait`. `counted`: it used up one of its retries.

    `new_key`: it was certainly not sent, by this or any call; else the platform must still recognise it.
    """

    wait: timedelta
    reason: str
    counted: bool
    new_key: bool = True


@dataclass(frozen=True, slots=True)
class GiveUp:
    """It will not be sent; the reason is for the user."""

    reason: str


@dataclass(frozen=True, slots=True)
class LeaveUnknown:
    """It may have arrived. `repeat`: the same request may bring proof, not before `wait` has passed.

    `reason` is for the user; None leaves the one that is known.
    """

    reason: str | None
    repeat: bool
    wait: timedelta = timedelta()


Step = Done | Again | GiveUp | LeaveUnknown


def next_step(answer: Answer, failures: int, turn: Turn = Turn.FIRST) -> Step:
    """Decide after an answer; `failures` counts the certain failures of this message before it."""
    if isinstance(answer, Sent):
        return Done(answer.platform_message_id)
    if isinstance(answer, Unknown):
        return LeaveUnknown(answer.reason, repeat=answer.may_repeat)
    if turn is Turn.REPEAT:
        return _after_repeat(answer)
    new_key = turn is Turn.FIRST
    match answer:
        case AccountStopped(_, reason):
            return Again(timedelta(), reason, counted=False, new_key=new_key)
        case NotSent(reason, retry_after) if failures < len(RETRY_AFTER_SECONDS) or not answer.counts:
            least = RETRY_AFTER_SECONDS[failures] if answer.counts else 0
            wait = pause_of_account(answer) or timedelta(seconds=max(least, retry_after or 0))
            return Again(wait, reason, answer.counts, new_key)
        case NotSent(reason) if turn is Turn.BY_HAND:
            return LeaveUnknown(reason, repeat=True)
        case Refused(reason) if turn is Turn.BY_HAND:
            return LeaveUnknown(REPEAT_REFUSED.format(reason=reason), repeat=False)
        case NotSent(reason) | Refused(reason):
            return GiveUp(reason)


def pause_of_account(answer: Answer) -> timedelta | None:
    """How long nothing of this account may be sent (429); None where the account's other messages go on."""
    if not isinstance(answer, NotSent) or answer.counts:
        return None
    asked = answer.retry_after_seconds
    return timedelta(seconds=RATE_LIMITED_WAIT_SECONDS if asked is None else asked)


def _after_repeat(answer: NotSent | Refused | AccountStopped) -> LeaveUnknown:
    """This call sent nothing, or will never be taken: neither says what became of the first one."""
    match answer:
        case NotSent(_, retry_after):
            wait = pause_of_account(answer) or timedelta(seconds=retry_after or 0)
            return LeaveUnknown(None, repeat=True, wait=wait)
        case AccountStopped():
            return LeaveUnknown(None, repeat=True)
        case Refused(reason):
            return LeaveUnknown(REPEAT_REFUSED.format(reason=reason), repeat=False)
