"""What fans paid and what they were offered, period by period."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from db.queries import revenue
from db.queries.fan_selections import Selection
from db.queries.revenue import Offered, Paid, Span
from services.analytics.pieces import gathered, shared
from services.analytics.sessions import Sessions

LONG = timedelta(days=100)
"""From here on half the offers of a range take longer than to read the fans of a tag once more."""


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

    What was paid and what was offered are counted at once, each on a connection of its own; the offers of many months
    to fans with a tag on two, since each offer is looked up (decision 35). What is told between the snapshots may be in
    one and not yet in the other.
    """

    async def paid(spans: Sequence[Span]) -> list[Paid]:
        async with sessions() as session:
            return await revenue.paid(session, owner, selection, spans)

    async def offered(spans: Sequence[Span]) -> list[Offered]:
        async with sessions() as session:
            return await revenue.offered(session, owner, selection, spans)

    spans = list(pairwise(bounds))
    looked_up = bool(selection.terms) and bounds[-1] - bounds[0] > LONG
    halves = await asyncio.gather(paid(spans), _in_two(offered, spans) if looked_up else offered(spans))
    return [_both(*each) for each in zip(*halves, strict=True)]


async def _in_two(count: Callable[[Sequence[Span]], Awaitable[list[Offered]]], spans: Sequence[Span]) -> list[Offered]:
    """Every other piece of time by either, so that both have as much to do wherever the offers lie."""
    counted = await asyncio.gather(*(count(each) for each in shared(spans)))
    return [_sum(each) for each in gathered(len(spans), *counted)]


def _sum(offered: Sequence[Offered]) -> Offered:
    if len(offered) == 1:
        return offered[0]
    return Offered(sum(each.cents for each in offered), sum(each.messages for each in offered))


def _both(paid: Paid, offered: Offered) -> Revenue:
    return Revenue(paid.cents, offered.cents, paid.purchases, paid.tips_cents, offered.messages)
