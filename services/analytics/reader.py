"""Analytics of one owner: each figure read by itself, in sessions of its own, when it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from db.models import Fan
from db.queries import fan_lists, fan_totals
from db.queries.fan_lists import FanOrder
from db.queries.fan_selections import Selection
from db.queries.fan_totals import FanTotals
from db.queries.keyset import Window
from services.analytics.periods import DateRange, Interval, periods
from services.analytics.revenue import Revenue, in_periods
from services.analytics.sessions import Sessions

BY_VALUE = FanOrder("VALUE_CENTS")


class Analytics:
    """Of the fans of a selection, and of what they paid within a range."""

    def __init__(self, sessions: Sessions, owner: UUID, selection: Selection, within: DateRange) -> None:
        self._sessions = sessions
        self._owner = owner
        self._selection = selection
        self._within = within

    async def fans(self) -> FanTotals:
        async with self._sessions() as session:
            return await fan_totals.of_selection(session, self._owner, self._selection)

    async def top_fans(self, first: int) -> Sequence[Fan]:
        """Those who paid most."""
        async with self._sessions() as session:
            page = await fan_lists.read_list(session, self._owner, self._selection, BY_VALUE, Window(first))
        return page.rows

    async def totals(self) -> Revenue:
        return await self._total(self._within)

    async def previous_totals(self) -> Revenue:
        """Of as many days right before the range."""
        return await self._total(self._within.previous)

    async def revenue(self, interval: Interval) -> list[tuple[date, Revenue]]:
        """Every period of the range, zeros included, with its first day."""
        wanted = periods(self._within, interval)
        found = await in_periods(self._sessions, self._owner, self._selection, wanted.bounds)
        return list(zip(wanted.starts, found, strict=True))

    async def _total(self, within: DateRange) -> Revenue:
        bounds = periods(within, Interval.DAY).bounds
        [found] = await in_periods(self._sessions, self._owner, self._selection, (bounds[0], bounds[-1]))
        return found
