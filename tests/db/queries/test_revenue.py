"""Each period holds its first moment and not its last; how fans with tags are looked up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import func, select

from bench.conversations import explained
from db.engine import Database, ReadSession
from db.models import Conversation, Fan, Payment, new_id
from db.queries import revenue
from db.queries.fan_selections import EVERYBODY, Selection
from services.analytics.revenue import Revenue, in_periods
from services.analytics.sessions import Sessions
from services.fans import filter as fan_filter
from services.fans.filter import FanFilter
from services.fans.indexing import searchable
from tests.stored import a_user, account, conversation, fan, message, reading, store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR, INSTANT = timedelta(hours=1), timedelta(microseconds=1)
BOUNDS = [NOON, NOON + HOUR, NOON + 2 * HOUR, NOON + 3 * HOUR]
YEARS = [datetime(year, 1, 1, tzinfo=UTC) for year in (2022, 2023, 2024, 2025, 2026)]
DAYS = [YEARS[0] + timedelta(days=number) for number in range(131)]
MONTHS = [datetime(2023, month, 1, tzinfo=UTC) for month in range(1, 13)]


async def a_talk(database: Database) -> tuple[Fan, Conversation]:
    owner = await a_user(database)
    home = account(owner)
    robin = fan(owner, home.id, tags=["vip"])
    robin.search = searchable(robin)
    talk = conversation(robin)
    await store(database, home, robin, talk)
    return robin, talk


def payment(of: Fan, kind: str, cents: int, paid_at: datetime) -> Payment:
    values: dict[str, Any] = {"kind": kind, "amount_cents": cents, "payment_key": str(new_id()), "paid_at": paid_at}
    return Payment(user_id=of.user_id, id=new_id(), creator_account_id=of.creator_account_id, fan_id=of.id, **values)


def offer(of: Conversation, cents: int | None, sent_at: datetime | None, **values: Any) -> Any:
    return message(of, price_cents=cents, sent_at=sent_at, **{"status": "SENT"} | values)


async def counted(
    database: Database, owner: UUID, selection: Selection = EVERYBODY, bounds: Sequence[datetime] = BOUNDS
) -> list[Revenue]:
    return await in_periods(Sessions(database), owner, selection, bounds)


async def test_a_period_holds_its_first_moment_and_not_its_last(database: Database) -> None:
    robin, talk = await a_talk(database)
    assert await counted(database, robin.user_id) == [Revenue()] * 3
    for number, moment in enumerate([NOON - INSTANT, NOON, NOON + HOUR - INSTANT, NOON + HOUR, BOUNDS[-1]]):
        await store(
            database, payment(robin, "UNLOCK", 10**number, moment), payment(robin, "TIP", 2 * 10**number, moment)
        )
        await store(database, offer(talk, 5 * 10**number, moment))
    assert await counted(database, robin.user_id) == [
        Revenue(revenue_cents=330, offered_cents=550, purchases=2, tips_cents=220, messages=2),
        Revenue(revenue_cents=3000, offered_cents=5000, purchases=1, tips_cents=2000, messages=1),
        Revenue(),
    ]


@pytest.mark.parametrize("bounds", [YEARS, YEARS[:2], [YEARS[0], YEARS[-1]], MONTHS, DAYS])
async def test_a_long_range_of_a_tag_is_counted_by_two_and_comes_to_the_same(
    database: Database, bounds: list[datetime]
) -> None:
    robin, talk = await a_talk(database)
    other = fan(robin.user_id, robin.creator_account_id, name="Other")
    their_talk = conversation(other)
    await store(database, other, their_talk)
    moments = [YEARS[0] + timedelta(days=41, hours=7) * number for number in range(40)]
    moments += [edge + by for edge in bounds for by in (-INSTANT, timedelta(0))]
    for cents, moment in enumerate(moments, 300):
        await store(database, offer(talk, cents, moment), offer(their_talk, 7, moment))
        await store(database, payment(robin, "UNLOCK", cents, moment), payment(other, "TIP", 7, moment))
    tagged = fan_filter.selection(robin.user_id, FanFilter(tags=("vip",)))

    assert await counted(database, robin.user_id, tagged, bounds) == [
        Revenue(sum(inside), sum(inside), purchases=len(inside), messages=len(inside))
        for begin, end in pairwise(bounds)
        if (inside := [cents for cents, moment in enumerate(moments, 300) if begin <= moment < end]) is not None
    ]


async def test_what_is_no_revenue_and_what_is_no_offer(database: Database) -> None:
    robin, talk = await a_talk(database)
    await store(
        database,
        payment(robin, "SUBSCRIPTION", 999, NOON),
        offer(talk, None, NOON),
        offer(talk, 500, None, status="FAILED"),
        offer(talk, 500, NOON, direction="IN", origin="FAN", status="RECEIVED"),
    )
    assert await counted(database, robin.user_id) == [Revenue()] * 3


async def test_tags_are_looked_up_in_a_table_of_hashes_that_has_room(database: Database, database_url: str) -> None:
    """A join would be chosen for one period and carried out for each; without room each row would be compared with
    each fan."""
    robin, _ = await a_talk(database)
    tagged = fan_filter.selection(robin.user_id, FanFilter(tags=("vip",), platform="SANDBOX"))
    assert tagged.terms

    connection = await asyncpg.connect(database_url)
    for half in (revenue.paid, revenue.offered):

        async def read(session: ReadSession, half: Any = half) -> Any:
            await half(session, robin.user_id, tagged, list(pairwise(BOUNDS)))
            return await session.scalar(select(func.current_setting("hash_mem_multiplier")))

        assert await reading(database, read) == revenue.HASHED_FANS
        plan = "\n".join(await explained(database, connection, read))
        assert plan.count("hashed SubPlan") == 1
        assert "InitPlan" not in plan
        assert "Join" not in plan
    await connection.close()
    setting = select(func.current_setting("hash_mem_multiplier"))
    assert await reading(database, lambda session: session.scalar(setting)) == "2"
    mode = select(func.current_setting("plan_cache_mode"))
    assert await reading(database, lambda session: session.scalar(mode)) == "auto"


async def test_what_has_no_account_is_of_no_platform(database: Database) -> None:
    robin, talk = await a_talk(database)
    without = offer(talk, 300, NOON)
    without.creator_account_id = None
    await store(database, offer(talk, 500, NOON), without)
    of_platform = fan_filter.selection(robin.user_id, FanFilter(platform="SANDBOX"))
    of_another = fan_filter.selection(robin.user_id, FanFilter(platform="ONLYFANS"))

    assert await counted(database, robin.user_id) == [Revenue(offered_cents=800, messages=2), Revenue(), Revenue()]
    assert (await counted(database, robin.user_id, of_platform))[0] == Revenue(offered_cents=500, messages=1)
    assert (await counted(database, robin.user_id, of_another))[0] == Revenue()
