"""`accountIds` of the lists of campaigns, of imports and of what failed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from db.models import FanImport, new_id
from schema import ids
from tests.resolvers.in_process import Execute
from tests.resolvers.inbox import known, opened, written
from tests.stored import a_user, account, campaign, store

CAMPAIGNS = """query ($accounts: [ID!], $status: CampaignStatus) {
  campaigns(accountIds: $accounts, status: $status) { totalCount nodes { name } } }"""
IMPORTS = """query ($accounts: [ID!]) { fanImports(accountIds: $accounts) { totalCount nodes { fileName } } }"""
FAILED = """query ($accounts: [ID!], $unknown: Boolean! = true) {
  failedMessages(accountIds: $accounts, includeUnknown: $unknown) { totalCount nodes { text } } }"""


LISTS = (CAMPAIGNS, IMPORTS, FAILED)


def named(*accounts: UUID) -> list[str]:
    return [ids.encode("CreatorAccount", each) for each in accounts]


async def two_accounts(execute: Execute) -> tuple[UUID, UUID]:
    """Of each a campaign that runs, one that is a draft, an import, a message that failed and one that nobody knows of.

    And an import of no account.
    """
    accounts = [account(execute.owner, name) for name in "ab"]
    await store(execute.database, *accounts, fan_import(execute.owner, "none.csv"))
    for home in accounts:
        of = known(execute.owner, home.account_id, creator_account_id=home.id)
        talk = opened(of, 9)
        rows = [written(talk, f"{home.account_id} {status}", n, status=status) for n, status in enumerate(ENDED)]
        drafts = [campaign(home, name=f"{home.account_id} {status}", status=status) for status in ("ACTIVE", "DRAFT")]
        upload = fan_import(execute.owner, f"{home.account_id}.csv", creator_account_id=home.id)
        await store(execute.database, of, talk, *rows, *drafts, upload)
    return accounts[0].id, accounts[1].id


def fan_import(owner: UUID, name: str, **values: Any) -> FanImport:
    return FanImport(user_id=owner, id=new_id(), platform="SANDBOX", file_name=name, status="COMPLETED", **values)


ENDED = ("FAILED", "UNKNOWN", "SENT")


async def found(execute: Execute, query: str, **given: Any) -> tuple[set[str], int]:
    [answer] = (await execute(query, **given)).values()
    return {text for node in answer["nodes"] for text in node.values()}, answer["totalCount"]


async def test_only_of_the_chosen_accounts(execute: Execute) -> None:
    a, b = await two_accounts(execute)
    assert await found(execute, CAMPAIGNS) == ({"a ACTIVE", "a DRAFT", "b ACTIVE", "b DRAFT"}, 4)
    assert await found(execute, CAMPAIGNS, accounts=named(b)) == ({"b ACTIVE", "b DRAFT"}, 2)
    assert await found(execute, CAMPAIGNS, accounts=named(a), status="DRAFT") == ({"a DRAFT"}, 1)
    assert await found(execute, CAMPAIGNS, accounts=[]) == (set(), 0)
    assert await found(execute, IMPORTS) == ({"a.csv", "b.csv", "none.csv"}, 3)
    assert await found(execute, IMPORTS, accounts=named(b)) == ({"b.csv"}, 1)
    assert await found(execute, IMPORTS, accounts=named(a, b)) == ({"a.csv", "b.csv"}, 2)
    assert await found(execute, IMPORTS, accounts=[]) == (set(), 0)
    assert await found(execute, FAILED) == ({"a FAILED", "a UNKNOWN", "b FAILED", "b UNKNOWN"}, 4)
    assert await found(execute, FAILED, accounts=named(a)) == ({"a FAILED", "a UNKNOWN"}, 2)
    assert await found(execute, FAILED, accounts=named(a, b), unknown=False) == ({"a FAILED", "b FAILED"}, 2)
    assert await found(execute, FAILED, accounts=[]) == (set(), 0)


async def test_an_account_of_somebody_else_is_as_one_that_is_missing(execute: Execute) -> None:
    await two_accounts(execute)
    theirs = account(await a_user(execute.database), "c")
    upload = fan_import(theirs.user_id, "c.csv", creator_account_id=theirs.id)
    await store(execute.database, theirs, campaign(theirs), upload)
    for query in LISTS:
        assert await found(execute, query, accounts=named(theirs.id)) == (set(), 0)
        assert await found(execute, query, accounts=named(new_id())) == (set(), 0)


@pytest.mark.parametrize("query", LISTS)
async def test_more_than_a_hundred_are_refused_by_name(execute: Execute, query: str) -> None:
    error = await execute.fails(query, accounts=named(*(new_id() for _ in range(101))))

    assert error.message == "`accountIds`: There are 101; at most 100 are allowed."
