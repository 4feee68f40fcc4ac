"""Analytics as clients see them."""

from __future__ import annotations

import asyncio
from datetime import date
from enum import Enum
from typing import Annotated

import strawberry

from db.queries.fan_totals import FanTotals
from schema.creator_accounts import Platform
from schema.errors import fault
from schema.fans import Fan
from schema.pagination import LARGEST_PAGE
from schema.scalars import Cents
from services.analytics import periods
from services.analytics.reader import Analytics as Reader
from services.analytics.revenue import Revenue


@strawberry.enum(description="How long a period of a series is.")
class Interval(Enum):
    DAY = strawberry.enum_value("DAY", description="From midnight to midnight in the time zone asked for.")
    WEEK = strawberry.enum_value("WEEK", description="From Monday to Sunday.")
    MONTH = strawberry.enum_value("MONTH", description="From the first to the last of a month.")


@strawberry.input(description="All that is given must hold. Without a range: the last 30 days.")
class AnalyticsFilter:
    from_: date | None = strawberry.field(
        name="from", default=None, description="The first day; 30 days up to `to` if not given."
    )
    to: date | None = strawberry.field(
        default=None, description="The last day, included; today if not given. At most ten years after `from`."
    )
    platform: Platform | None = strawberry.field(default=None, description="Of this platform alone.")
    account_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Of these accounts, at most 100; of none where the list is empty."
    )
    tags: list[str] | None = strawberry.field(
        default=None, description="Of fans who now carry all of them; at most 50."
    )
    time_zone: str | None = strawberry.field(
        default=None, description="An IANA name such as Europe/Berlin; the viewer's if not given."
    )


@strawberry.type(description="What was paid, and what was offered beside it.")
class RevenueTotals:
    revenue_cents: Cents = strawberry.field(description="Unlocks and tips, as they were paid. No subscriptions.")
    offered_cents: Cents = strawberry.field(description="The prices of all messages sent with one, bought or not.")
    purchases: int = strawberry.field(description="Messages unlocked.")
    tips_cents: Cents = strawberry.field(description="Tips, which are part of the revenue.")
    messages: int = strawberry.field(description="Messages sent with a price.")

    @classmethod
    def of(cls, found: Revenue) -> RevenueTotals:
        return cls(
            revenue_cents=Cents(found.revenue_cents),
            offered_cents=Cents(found.offered_cents),
            purchases=found.purchases,
            tips_cents=Cents(found.tips_cents),
            messages=found.messages,
        )


@strawberry.type(description="One period of a series.")
class RevenuePoint(RevenueTotals):
    period_start: date = strawberry.field(
        description="Its first day; of a week its Monday, which may lie before the range."
    )


@strawberry.type(
    description=(
        "The default range is the last 30 days; every period of the range is there, zeros included; weeks begin on "
        "Monday. Deleted fans are not counted, what they paid is."
    )
)
class Analytics:
    reader: strawberry.Private[Reader]
    fans: strawberry.Private[asyncio.Task[FanTotals] | None] = None

    async def _fans(self) -> FanTotals:
        """Read once for the three fields that show a part of it."""
        if self.fans is None:
            self.fans = asyncio.create_task(self.reader.fans())
        return await self.fans

    @strawberry.field(description="Fans of the selection.")
    async def total_fans(self) -> int:
        return (await self._fans()).fans

    @strawberry.field(description="Seen in the last 30 days, whatever the range.")
    async def active_fans(self) -> int:
        return (await self._fans()).active

    @strawberry.field(description="What they have paid in all, whatever the range.")
    async def lifetime_value_cents(self) -> Cents:
        return Cents((await self._fans()).value_cents)

    @strawberry.field(description="Who paid most in all, whatever the range.")
    async def top_fans(
        self, first: Annotated[int, strawberry.argument(description="So many, at most 100.")] = 10
    ) -> list[Fan]:
        if not 0 <= first <= LARGEST_PAGE:
            raise fault("BAD_USER_INPUT", f"`first` must be from 0 to {LARGEST_PAGE}.")
        return [Fan.of(row) for row in await self.reader.top_fans(first)]

    @strawberry.field(description="Of the whole range.")
    async def totals(self) -> RevenueTotals:
        return RevenueTotals.of(await self.reader.totals())

    @strawberry.field(description="Of as many days right before the range.")
    async def previous_totals(self) -> RevenueTotals:
        return RevenueTotals.of(await self.reader.previous_totals())

    @strawberry.field(description="Period by period.")
    async def revenue(
        self, interval: Annotated[Interval, strawberry.argument(description="How long a period is.")] = Interval.DAY
    ) -> list[RevenuePoint]:
        found = await self.reader.revenue(periods.Interval[interval.name])
        return [RevenuePoint(period_start=start, **vars(RevenueTotals.of(each))) for start, each in found]
