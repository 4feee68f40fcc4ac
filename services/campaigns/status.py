"""Which way a campaign may go. Pure.

DRAFT -> SCHEDULED -> ACTIVE <-> PAUSED
ACTIVE -> COMPLETED when nothing of it waits or is being sent; COMPLETED -> ACTIVE when messages are sent again
all but COMPLETED and CANCELLED -> CANCELLED
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from services.problems import Code, Path, Problem


class Command(StrEnum):
    """What somebody wants done with a campaign."""

    UPDATE = "update"
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"


MAY = {
    Command.UPDATE: frozenset({"DRAFT", "SCHEDULED"}),
    Command.START: frozenset({"DRAFT", "SCHEDULED"}),
    Command.PAUSE: frozenset({"ACTIVE"}),
    Command.RESUME: frozenset({"PAUSED"}),
    Command.CANCEL: frozenset({"DRAFT", "SCHEDULED", "ACTIVE", "PAUSED"}),
}

STATES = {
    "DRAFT": "It is a draft.",
    "SCHEDULED": "It has not started yet.",
    "ACTIVE": "It is being sent.",
    "PAUSED": "It is paused.",
    "COMPLETED": "It is complete.",
    "CANCELLED": "It was cancelled.",
}

LATEST_START = timedelta(hours=1)
"""A schedule missed by more does not fire: after a restore or a long outage nobody wants last week's campaign."""


def refusal(command: Command, status: str, path: Path) -> Problem | None:
    """Why the command cannot be carried out in this status; None where it can."""
    return None if status in MAY[command] else Problem(Code.CONFLICT, STATES[status], path)


class Due(StrEnum):
    """What becomes of a schedule."""

    NOT_YET = "not yet"
    START = "start"
    MISSED = "missed"


def due(scheduled_at: datetime, now: datetime) -> Due:
    if scheduled_at > now:
        return Due.NOT_YET
    return Due.START if now - scheduled_at <= LATEST_START else Due.MISSED


def unmade(status: str, recipients: int, messages: int) -> tuple[int, int]:
    """(waiting, cancelled): recipients for whom there is no message yet, or never will be."""
    missing = recipients - messages
    return (0, missing) if status == "CANCELLED" else (missing, 0)
