"""When will a waiting message leave? Pure: from the limit and what stands in front of it."""

from __future__ import annotations

from datetime import datetime

from services.pacing.limit import Limit


def estimated_send_time(limit: Limit, ahead: int, *not_before: datetime | None) -> datetime:
    """The latest of the moments before which it may not leave, and one step of the limit for each message ahead."""
    step = max(limit.window / limit.messages, limit.min_gap)
    return max(moment for moment in not_before if moment is not None) + ahead * step
