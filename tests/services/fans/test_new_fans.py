from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from db.engine import Database
from db.models import Fan, LiveEvent
from db.queries import creator_accounts
from services.fans.create import NewFan
from services.fans.fans import Fans
from services.problems import Rejected
from tests.stored import a_user, account, reading, store, transactions, writing

ROBIN = NewFan(name=" Robin ", platform="SANDBOX", handle="robin", tags=("vip", " vip ", "new"), value_cents=1250)


async def names(database: Database, owner: UUID) -> list[str]:
    query = select(Fan.name).where(Fan.user_id == owner).order_by(Fan.name)
    return list(await reading(database, lambda session: session.scalars(query)))


async def events(database: Database, owner: UUID) -> list[str]:
    query = select(LiveEvent.kind).where(LiveEvent.user_id == owner)
    return list(await reading(database, lambda session: session.scalars(query)))


async def refusal(fans: Fans, owner: UUID, new: NewFan) -> list[tuple[str, str]]:
    """Code and field of each problem."""
    with pytest.raises(Rejected) as caught:
        await fans.create(owner, new)
    return [(problem.code.value, ".".join(problem.path or ())) for problem in caught.value.problems]


async def test_a_fan_is_stored_clean_and_announced(database: Database) -> None:
    owner = await a_user(database)

    fan = await Fans(transactions(database)).create(owner, ROBIN)

    assert (fan.name, fan.handle, fan.handle_key, fan.tags, fan.value_cents, fan.creator_account_id) == (
        "Robin", "@robin", "robin", ["vip", "new"], 1250, None,
    )  # fmt: skip
    assert await names(database, owner) == ["Robin"]
    assert await events(database, owner) == ["fan_updated"]


@pytest.mark.parametrize("connected", [False, True])
@pytest.mark.parametrize(
    ("first", "second", "field"),
    [
        ({}, {"handle": "@ROBIN"}, "input.handle"),
        ({"platform_fan_id": "7"}, {"platform_fan_id": "7", "handle": None}, "input.platformFanId"),
        ({"platform_fan_id": "7", "handle": None}, {"platform_fan_id": "7"}, "input.platformFanId"),
    ],
)
async def test_nobody_is_there_twice(
    database: Database, connected: bool, first: dict[str, Any], second: dict[str, Any], field: str
) -> None:
    owner, fans = await a_user(database), Fans(transactions(database))
    if connected:
        await store(database, account(owner))
    await fans.create(owner, replace(ROBIN, **first))

    assert await refusal(fans, owner, replace(ROBIN, name="Kim", **second)) == [("CONFLICT", field)]
    assert await names(database, owner) == ["Robin"]
    assert await events(database, owner) == ["fan_updated"]


async def test_another_platform_or_another_user_is_no_conflict(database: Database) -> None:
    owner, other, fans = await a_user(database), await a_user(database), Fans(transactions(database))
    new = replace(ROBIN, platform_fan_id="7")

    for whose, platform in ((owner, "SANDBOX"), (owner, "FANSLY"), (other, "SANDBOX")):
        assert (await fans.create(whose, replace(new, platform=platform))).platform == platform


async def test_of_two_at_once_one_is_stored_and_the_other_told(database: Database) -> None:
    owner, fans = await a_user(database), Fans(transactions(database))

    answers = await asyncio.gather(*(fans.create(owner, ROBIN) for _ in range(5)), return_exceptions=True)

    refused = [answer for answer in answers if isinstance(answer, Rejected)]
    assert [answer.problems[0].code for answer in refused] == ["CONFLICT"] * 4
    assert await names(database, owner) == ["Robin"]


async def test_what_was_added_before_the_account_can_be_adopted_by_it(database: Database) -> None:
    """Two with one platform id would make it impossible to ever connect the account."""
    owner, fans = await a_user(database), Fans(transactions(database))
    await fans.create(owner, replace(ROBIN, platform_fan_id="7"))
    await refusal(fans, owner, replace(ROBIN, handle="kim", platform_fan_id="7"))
    row = account(owner)
    await store(database, row)

    await writing(database, lambda session: creator_accounts.adopt(session, owner, row))

    query = select(Fan.creator_account_id).where(Fan.user_id == owner)
    assert list(await reading(database, lambda session: session.scalars(query))) == [row.id]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"name": ""}, [("INVALID_INPUT", "input.name")]),
        ({"email": "robin"}, [("INVALID_INPUT", "input.email")]),
        ({"handle": "\t@"}, [("INVALID_INPUT", "input.handle")]),
        (
            {"value_cents": -1, "tags": ("",)},
            [("INVALID_INPUT", "input.tags.0"), ("INVALID_INPUT", "input.valueCents")],
        ),
        ({"account_id": UUID(int=5)}, [("NOT_FOUND", "input.accountId")]),
    ],
)
async def test_what_is_refused_stores_nothing(
    database: Database, values: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    owner = await a_user(database)

    assert await refusal(Fans(transactions(database)), owner, replace(ROBIN, **values)) == expected
    assert (await names(database, owner), await events(database, owner)) == ([], [])


async def test_which_account_a_fan_belongs_to(database: Database) -> None:
    owner, stranger, fans = await a_user(database), await a_user(database), Fans(transactions(database))
    first, second, elsewhere = account(owner, "1"), account(owner, "2"), account(owner, "3", platform="FANSLY")
    foreign = account(stranger, "4")
    await store(database, first, elsewhere, foreign)

    assert (await fans.create(owner, ROBIN)).creator_account_id == first.id
    await store(database, second)
    assert await refusal(fans, owner, replace(ROBIN, handle="kim")) == [("INVALID_INPUT", "input.accountId")]
    named = replace(ROBIN, handle="kim", account_id=second.id)
    assert (await fans.create(owner, named)).creator_account_id == second.id
    assert await refusal(fans, owner, replace(named, account_id=foreign.id)) == [("NOT_FOUND", "input.accountId")]
    assert await refusal(fans, owner, replace(named, account_id=elsewhere.id)) == [("INVALID_INPUT", "input.platform")]
