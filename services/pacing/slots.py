"""Attempts as the limit sees them. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from db.models import Attempt
from db.queries.forecasts import LastAttempt
from services.pacing.limit import Slot


def slot(reserved_at: datetime, finished_at: datetime | None, lease_until: datetime, campaign: bool) -> Slot:
    """An attempt that was given up ended exactly with its lease: nobody has answered for it, as for one under way."""
    ended_at = finished_at or lease_until
    return Slot(reserved_at, ended_at, campaign, answered=ended_at != lease_until)


def slot_of(attempt: Attempt | LastAttempt) -> Slot:
    return slot(attempt.reserved_at, attempt.finished_at, attempt.lease_until, attempt.campaign)


def duration_of(attempt: Attempt | LastAttempt) -> timedelta | None:
    """How long its slot was held before its window began; None where it is under way, or was given up."""
    if attempt.finished_at is None or attempt.finished_at == attempt.lease_until:
        return None
    return attempt.finished_at - attempt.reserved_at
