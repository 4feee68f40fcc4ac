"""Attempts as the limit sees them. Pure."""

from __future__ import annotations

from datetime import timedelta

from db.models import Attempt
from db.queries.forecasts import LastAttempt
from services.pacing.limit import Slot


def slot_of(attempt: Attempt | LastAttempt) -> Slot:
    """An attempt that was given up ended exactly with its lease: nobody has answered for it, as for one under way."""
    ended_at = attempt.finished_at or attempt.lease_until
    return Slot(attempt.reserved_at, ended_at, attempt.campaign, answered=ended_at != attempt.lease_until)


def duration_of(attempt: Attempt | LastAttempt) -> timedelta | None:
    """How long its slot was held before its window began; None where it is under way, or was given up."""
    if attempt.finished_at is None or attempt.finished_at == attempt.lease_until:
        return None
    return attempt.finished_at - attempt.reserved_at
