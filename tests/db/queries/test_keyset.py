from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from db.engine import Database
from db.models import Fan
from db.queries.keyset import Keyset, Page, Window, read_page
from tests.stored import LONG_AGO, a_user, fan, reading, store

# A database is fresh for the test, and each example has an owner of its own.
on_one_database = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
seen = st.none() | st.integers(0, 3).map(lambda hours: LONG_AGO + timedelta(hours=hours))
rows = st.lists(seen, max_size=9)
sizes = st.lists(st.integers(1, 4), min_size=1, max_size=4)
orders = st.builds(Keyset, st.just((Fan.last_seen_at, Fan.id)), st.booleans())


async def stored_fans(database: Database, moments: Sequence[datetime | None]) -> tuple[UUID, list[Fan]]:
    owner = await a_user(database)
    fans = [fan(owner, last_seen_at=moment) for moment in moments]
    await store(database, *fans)
    return owner, fans


def in_order(fans: Sequence[Fan], keyset: Keyset) -> list[UUID]:
    """By value and id; those without a value last, in both directions."""
    valued = sorted((row.last_seen_at, row.id) for row in fans if row.last_seen_at is not None)
    blank = sorted(row.id for row in fans if row.last_seen_at is None)
    step = -1 if keyset.descending else 1
    return [key for _, key in valued[::step]] + blank[::step]


async def page(database: Database, owner: UUID, keyset: Keyset, window: Window) -> Page[Fan]:
    query = select(Fan).where(Fan.user_id == owner)
    return await reading(database, lambda session: read_page(session, query, keyset, window))


async def walk(
    database: Database, owner: UUID, keyset: Keyset, counts: Iterator[int], *, backwards: bool
) -> AsyncIterator[Page[Fan]]:
    """Page after page, as a client follows the cursors."""
    found = await page(database, owner, keyset, Window(next(counts), backwards=backwards))
    yield found
    while found.has_previous if backwards else found.has_next:
        window = (
            Window(next(counts), before=found.positions[0], backwards=True)
            if backwards
            else Window(next(counts), after=found.positions[-1])
        )
        found = await page(database, owner, keyset, window)
        yield found


async def ids_walked(
    pages: AsyncIterator[Page[Fan]], *, backwards: bool, between: Callable[[], Awaitable[None]] | None = None
) -> list[UUID]:
    found: list[list[UUID]] = []
    async for each in pages:
        found.append([row.id for row in each.rows])
        if between is not None:
            await between()
    return list(itertools.chain.from_iterable(reversed(found) if backwards else found))


@on_one_database
@given(moments=rows, counts=sizes, keyset=orders)
async def test_walking_either_way_gives_every_row_once_in_the_same_order(
    database: Database, moments: list[datetime | None], counts: list[int], keyset: Keyset
) -> None:
    owner, fans = await stored_fans(database, moments)
    expected = in_order(fans, keyset)

    for backwards in (False, True):
        pages = walk(database, owner, keyset, itertools.cycle(counts), backwards=backwards)
        assert await ids_walked(pages, backwards=backwards) == expected


@on_one_database
@given(moments=rows, keyset=orders, first=st.integers(0, 9), second=st.integers(0, 9), count=st.integers(0, 4))
async def test_a_window_between_two_rows_holds_what_stands_between_them(
    database: Database, moments: list[datetime | None], keyset: Keyset, first: int, second: int, count: int
) -> None:
    owner, fans = await stored_fans(database, moments)
    expected, positions = in_order(fans, keyset), {row.id: keyset.position(row) for row in fans}
    low, high = sorted((min(first, len(fans)), min(second, len(fans))))
    after = positions[expected[low - 1]] if low else None
    before = positions[expected[high]] if high < len(fans) else None

    front = await page(database, owner, keyset, Window(count, after, before))
    back = await page(database, owner, keyset, Window(count, after, before, backwards=True))

    between = expected[low:high]
    assert [row.id for row in front.rows] == between[:count]
    assert [row.id for row in back.rows] == between[max(len(between) - count, 0) :]
    assert (front.has_next, back.has_previous) == (len(between) > count,) * 2
    assert (front.has_previous, back.has_next) == (after is not None, before is not None)


@on_one_database
@given(moments=rows, counts=sizes, keyset=orders, backwards=st.booleans(), newcomers=st.lists(seen, max_size=5))
async def test_rows_that_come_meanwhile_neither_repeat_nor_hide_an_old_one(
    database: Database,
    moments: list[datetime | None],
    counts: list[int],
    keyset: Keyset,
    backwards: bool,
    newcomers: list[datetime | None],
) -> None:
    owner, fans = await stored_fans(database, moments)
    coming = iter(newcomers)

    async def somebody_comes() -> None:
        await store(database, *(fan(owner, last_seen_at=moment) for moment in itertools.islice(coming, 1)))

    pages = walk(database, owner, keyset, itertools.cycle(counts), backwards=backwards)
    walked = await ids_walked(pages, backwards=backwards, between=somebody_comes)

    old = {row.id for row in fans}
    assert [each for each in walked if each in old] == in_order(fans, keyset)
    assert len(set(walked)) == len(walked)


async def test_a_page_never_holds_rows_of_another_owner(database: Database) -> None:
    keyset = Keyset((Fan.last_seen_at, Fan.id))
    owner, fans = await stored_fans(database, [LONG_AGO, None])
    await stored_fans(database, [LONG_AGO, None])

    found = await page(database, owner, keyset, Window(10))

    assert [row.id for row in found.rows] == [row.id for row in fans]
    assert (found.has_next, found.has_previous) == (False, False)
