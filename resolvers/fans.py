"""Root fields of fans."""

from __future__ import annotations

from typing import Annotated

import strawberry

from db.queries import fan_lists, fan_selections
from db.queries.fan_tags import tag_counts
from resolvers.exports import FANS_PATH
from resolvers.fan_changes import create_fan, delete_fan, update_fan
from schema import ids
from schema.context import CurrentInfo
from schema.downloads import DownloadUrl
from schema.errors import fault
from schema.fans import KIND, Fan, FanFilter, FanOrder, TagCount
from schema.ordering import OrderDirection, ordered_page, ordered_window
from schema.pagination import LARGEST_PAGE, After, Before, Connection, First, Last, connect
from schema.permissions import SignedIn
from services import rules
from services.access.downloads import DownloadsImpossible
from services.fans import filter as fan_filter
from services.fans.exports.wanted import written
from services.fans.fields import MAX_TAG
from services.problems import InvalidInput

FANS_A_PAGE = 50


async def fan(
    info: CurrentInfo, id: Annotated[strawberry.ID, strawberry.argument(description="The fan.")]
) -> Fan | None:
    row = await info.context.loaders.fans.load(ids.decode(KIND, id))
    return Fan.of(row) if row else None


async def fans(
    info: CurrentInfo,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
    filter: Annotated[FanFilter | None, strawberry.argument(description="Which fans; all if not given.")] = None,
    order_by: Annotated[
        FanOrder | None, strawberry.argument(description="By CREATED_AT, newest first, if not given.")
    ] = None,
) -> Connection[Fan]:
    owner, reads = info.context.owner, info.context.database.reads
    order = _order(order_by)
    name = f"{order.field}:{'DESC' if order.descending else 'ASC'}"
    wanted = ordered_window(
        name, first, after, last, before, usual=FANS_A_PAGE, kinds=order.kinds, nullable=order.nullable
    )
    selection = fan_filter.selection(owner, filter_of(filter))
    async with reads() as session:
        page = await fan_lists.read_list(session, owner, selection, order, wanted)

    async def count() -> int:
        async with reads() as session:
            return await fan_selections.count(session, owner, selection)

    return connect(ordered_page(name, page), Fan.of, count)


def _order(given: FanOrder | None) -> fan_lists.FanOrder:
    if given is None:
        return fan_lists.FanOrder()
    return fan_lists.FanOrder(given.field.name, given.direction is OrderDirection.DESC)


def filter_of(given: FanFilter | None) -> fan_filter.FanFilter:
    """The filter in our own words. Raises a BAD_USER_INPUT fault that names what is wrong with it."""
    if given is None:
        return fan_filter.FanFilter()
    found = fan_filter.FanFilter(
        search=given.search,
        tags=tuple(given.tags or ()),
        platform=given.platform and given.platform.name,
        account_ids=ids.decode_each("CreatorAccount", given.account_ids),
        min_value_cents=given.min_value_cents,
        max_value_cents=given.max_value_cents,
        seen_after=given.seen_after,
        seen_before=given.seen_before,
    )
    for problem in fan_filter.problems(found):
        raise refused(problem)
    return found


def refused(problem: InvalidInput) -> Exception:
    """A query has no payload for what is wrong with its arguments: the error names the argument instead."""
    return fault("BAD_USER_INPUT", f"`{'.'.join(problem.path or ())}`: {problem.message}")


async def fan_tags(
    info: CurrentInfo,
    search: Annotated[
        str | None, strawberry.argument(description="Only tags that contain this; neither case nor accents count.")
    ] = None,
    first: Annotated[int, strawberry.argument(description="So many at most, up to 100.")] = 100,
) -> list[TagCount]:
    if not 0 <= first <= LARGEST_PAGE:
        raise fault("BAD_USER_INPUT", f"`first` must be from 0 to {LARGEST_PAGE}.")
    for problem in rules.optional_text(search, ("search",), longest=MAX_TAG):
        raise refused(problem)
    async with info.context.database.reads() as session:
        found = await tag_counts(session, info.context.owner, (search or "").strip(), first)
    return [TagCount(tag=tag, fans=number) for tag, number in found]


async def fans_export_url(
    info: CurrentInfo,
    filter: Annotated[FanFilter | None, strawberry.argument(description="Which fans; all if not given.")] = None,
    order_by: Annotated[
        FanOrder | None, strawberry.argument(description="By CREATED_AT, newest first, if not given.")
    ] = None,
    excel: Annotated[
        bool, strawberry.argument(description="Begin with a byte order mark, without which Excel misreads accents.")
    ] = False,
) -> DownloadUrl:
    context = info.context
    assert context.viewer is not None
    contents = written(filter_of(filter), _order(order_by), excel=excel)
    until = context.viewer.principal.expires_at
    try:
        return DownloadUrl.of(context.resources.downloads.address(context.owner, FANS_PATH, until, contents))
    except DownloadsImpossible:
        raise fault("UNAVAILABLE", "No secret is set to sign addresses of downloads with.") from None


@strawberry.type
class FanQueries:
    fan = strawberry.field(
        fan, permission_classes=[SignedIn], description="One fan, also when she was deleted; null if unknown."
    )
    fans = strawberry.field(fans, permission_classes=[SignedIn], description="Living fans, 50 a page.")
    fans_export_url = strawberry.field(
        fans_export_url,
        permission_classes=[SignedIn],
        description="An address for a few minutes, of a CSV of the fans that `fans` lists for the same arguments.",
    )
    fan_tags = strawberry.field(
        fan_tags, permission_classes=[SignedIn], description="Tags of living fans, most used first."
    )


@strawberry.type
class FanMutations:
    create_fan = strawberry.mutation(
        create_fan,
        permission_classes=[SignedIn],
        description="Add a fan by hand. One who was deleted is back, with what she had and what is given now.",
    )
    update_fan = strawberry.mutation(update_fan, permission_classes=[SignedIn], description="Change a fan.")
    delete_fan = strawberry.mutation(
        delete_fan,
        permission_classes=[SignedIn],
        description=(
            "Take a fan out of all lists and cancel her waiting messages; she is back when she writes. With `erase` "
            "her personal data is removed for good; amounts stay."
        ),
    )
