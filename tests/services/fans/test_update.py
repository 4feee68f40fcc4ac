from __future__ import annotations

import asyncio

from db.engine import Database
from db.models import Fan
from services.fans.create import NewFan
from services.fans.fans import Fans
from services.fans.update import FanChanges
from services.problems import Code, Rejected
from tests.stored import a_user, account, reading, store, transactions


async def test_of_many_who_want_one_platform_id_one_has_it(database: Database) -> None:
    owner, fans = await a_user(database), Fans(transactions(database))
    await store(database, account(owner))
    rows = [await fans.create(owner, NewFan(f"fan {n}", "SANDBOX")) for n in range(6)]
    changes = [fans.update(owner, FanChanges(row.id, values={"platform_fan_id": "77"})) for row in rows]
    added = fans.create(owner, NewFan("Kim", "SANDBOX", platform_fan_id="77"))
    outcomes = await asyncio.gather(*changes, added, return_exceptions=True)
    refused = [outcome for outcome in outcomes if isinstance(outcome, Rejected)]
    assert len(refused) == 6
    assert {(problem.code, problem.path) for each in refused for problem in each.problems} == {
        (Code.CONFLICT, ("input", "platformFanId"))
    }


async def test_of_many_who_edited_one_version_one_is_let_write(database: Database) -> None:
    owner, fans = await a_user(database), Fans(transactions(database))
    row = await fans.create(owner, NewFan("Robin", "SANDBOX"))
    changes = [FanChanges(row.id, expected_version=1, values={"notes": f"{n}"}) for n in range(6)]
    outcomes = await asyncio.gather(*(fans.update(owner, each) for each in changes), return_exceptions=True)
    assert sum(isinstance(outcome, Rejected) for outcome in outcomes) == 5
    [written] = [outcome for outcome in outcomes if isinstance(outcome, Fan)]
    stored = await reading(database, lambda session: session.get(Fan, (owner, row.id)))
    assert stored is not None
    assert (stored.version, stored.notes) == (2, written.notes)


async def test_tags_added_at_the_same_time_are_all_kept(database: Database) -> None:
    owner, fans = await a_user(database), Fans(transactions(database))
    row = await fans.create(owner, NewFan("Robin", "SANDBOX"))
    await asyncio.gather(*(fans.update(owner, FanChanges(row.id, add_tags=(f"t{n}",))) for n in range(6)))
    stored = await reading(database, lambda session: session.get(Fan, (owner, row.id)))
    assert stored is not None
    assert sorted(stored.tags) == [f"t{n}" for n in range(6)]
