"""What fans paid and what they were offered, period by period."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from db.engine import ReadSession
from db.queries import revenue
from db.queries.fan_selections import Selection
from db.queries.revenue import Offered, Paid
from services.analytics.sessions import Sessions

HalfT = TypeVar("HalfT", list[Paid], list[Offered])


@dataclass(frozen=True, slots=True)
class Revenue:
    """Of one period, in US cents. `tips_cents` is part of `revenue_cents`; `messages`: offers, those with a price."""

    revenue_cents: int = 0
    offered_cents: int = 0
    purchases: int = 0
    tips_cents: int = 0
    messages: int = 0


async def in_periods(
    sessions: Sessions, owner: UUID, selection: Selection, bounds: Sequence[datetime]
) -> list[Revenue]:
    """One for each period between two neighbours of `bounds`.

    Both halves are counted at once, each on a connection of its own, so that a year of fans with a tag takes as long as
    the longer half (decision 32). What is told between the two snapshots may be in one and not yet in the other.
    """

    async def read(count: Callable[[ReadSession, UUID, Selection, Sequence[datetime]], Awaitable[HalfT]]) -> HalfT:
        async with sessions() as session:
            return await count(session, owner, selection, bounds)

    halves = await asyncio.gather(read(revenue.paid), read(revenue.offered))
    return [_both(*each) for each in zip(*halves, strict=True)]


def _both(paid: Paid, offered: Offered) -> Revenue:
    return Revenue(paid.cents, offered.cents, paid.purchases, paid.tips_cents, offered.messages)
