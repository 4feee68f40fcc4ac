"""The root field of analytics."""

from __future__ import annotations

from typing import Annotated

import strawberry

from resolvers.fans import refused
from schema import ids
from schema.analytics import Analytics, AnalyticsFilter
from schema.context import CurrentInfo
from schema.permissions import SignedIn
from services.analytics import filter as analytics_filter
from services.analytics.filter import problems, range_of
from services.analytics.reader import Analytics as Reader
from services.fans import filter as fan_filter


async def analytics(
    info: CurrentInfo,
    filter: Annotated[AnalyticsFilter | None, strawberry.argument(description="Of what; all if not given.")] = None,
) -> Analytics:
    context = info.context
    assert context.viewer is not None
    wanted, zone, now = _filter(filter), context.viewer.principal.time_zone, context.resources.clock.now()
    for problem in problems(wanted, zone, now):
        raise refused(problem)
    selection = fan_filter.selection(context.owner, wanted.fans)
    sessions = context.resources.analytics_sessions
    return Analytics(reader=Reader(sessions, context.owner, selection, range_of(wanted, zone, now)))


def _filter(given: AnalyticsFilter | None) -> analytics_filter.AnalyticsFilter:
    if given is None:
        return analytics_filter.AnalyticsFilter()
    return analytics_filter.AnalyticsFilter(
        first=given.from_,
        last=given.to,
        platform=given.platform and given.platform.name,
        account_ids=ids.decode_each("CreatorAccount", given.account_ids),
        tags=tuple(given.tags or ()),
        time_zone=given.time_zone,
    )


@strawberry.type
class AnalyticsQueries:
    analytics = strawberry.field(
        analytics, permission_classes=[SignedIn], description="Fans, their value, and revenue over time."
    )
