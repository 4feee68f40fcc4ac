"""How many fans a selection has, how many were seen of late, and what they paid in all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func

from db.engine import ReadSession
from db.models import Fan
from db.queries.fan_selections import Selection, selected

NOW = func.clock_timestamp()
ACTIVE_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class FanTotals:
    """Living fans alone. `value_cents` in US cents."""

    fans: int
    active: int
    value_cents: int


async def of_selection(session: ReadSession, owner: UUID, selection: Selection) -> FanTotals:
    query = selected(owner, selection).with_only_columns(
        func.count(),
        func.count().filter(Fan.last_seen_at >= NOW - ACTIVE_FOR),
        func.coalesce(func.sum(Fan.value_cents), 0),
    )
    fans, active, value = (await session.execute(query)).one()
    return FanTotals(fans, active, int(value))
