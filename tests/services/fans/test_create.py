from __future__ import annotations

import asyncio

from sqlalchemy import func, select

from db.engine import Database
from db.models import Fan
from services.fans.create import NewFan
from services.fans.fans import Fans
from services.fans.update import FanChanges
from services.problems import Code, Rejected
from tests.stored import a_user, account, reading, store, transactions

ROBIN = NewFan("Robin", "SANDBOX", handle="robin")
KIM = NewFan("Kim", "SANDBOX", handle="kim", platform_fan_id="77")


async def test_of_many_who_add_one_fan_at_once_one_does(database: Database) -> None:
    owner, fans = await a_user(database), Fans(transactions(database))
    outcomes = await asyncio.gather(*(fans.create(owner, ROBIN) for _ in range(8)), return_exceptions=True)
    made = [outcome for outcome in outcomes if isinstance(outcome, Fan)]
    refused = [outcome for outcome in outcomes if isinstance(outcome, Rejected)]
    assert (len(made), len(refused)) == (1, 7)
    assert {(problem.code, problem.path) for each in refused for problem in each.problems} == {
        (Code.CONFLICT, ("input", "handle"))
    }
    query = select(func.count()).where(Fan.user_id == owner)
    assert await reading(database, lambda session: session.scalar(query)) == 1


async def test_of_many_who_want_one_platform_id_one_has_it(database: Database) -> None:
    owner, fans = await a_user(database), Fans(transactions(database))
    await store(database, account(owner))
    rows = [await fans.create(owner, NewFan(f"fan {n}", "SANDBOX")) for n in range(6)]
    wanted = [FanChanges(row.id, values={"platform_fan_id": "77"}) for row in rows]
    changes = [fans.update(owner, each) for each in wanted]
    outcomes = await asyncio.gather(*changes, fans.create(owner, KIM), return_exceptions=True)
    refused = [outcome for outcome in outcomes if isinstance(outcome, Rejected)]
    assert len(refused) == 6
    assert {(problem.code, problem.path) for each in refused for problem in each.problems} == {
        (Code.CONFLICT, ("input", "platformFanId"))
    }


async def test_two_owners_may_know_the_same_fan(database: Database) -> None:
    fans = Fans(transactions(database))
    one, other = await a_user(database), await a_user(database)
    assert (await fans.create(one, ROBIN)).handle == (await fans.create(other, ROBIN)).handle == "@robin"
