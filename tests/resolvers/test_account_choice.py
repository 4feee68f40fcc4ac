"""`accountIds` of the lists of campaigns and of what failed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from db.models import new_id
from schema import ids
from tests.resolvers.in_process import Execute
from tests.resolvers.inbox import known, opened, written
from tests.stored import a_user, account, campaign, store

CAMPAIGNS = """query ($accounts: [ID!], $status: CampaignStatus) {
  campaigns(accountIds: $accounts, status: $status) { totalCount nodes { name } } }"""
FAILED = """query ($accounts: [ID!], $unknown: Boolean! = true) {
  failedMessages(accountIds: $accounts, includeUnknown: $unknown) { totalCount nodes { text } } }"""


def named(*accounts: UUID) -> list[str]:
    return [ids.encode("CreatorAccount", each) for each in accounts]


async def two_accounts(execute: Execute) -> tuple[UUID, UUID]:
    """Of each a campaign that runs, one that is a draft, a message that failed and one of which nobody knows."""
    accounts = [account(execute.owner, name) for name in "ab"]
    await store(execute.database, *accounts)
    for home in accounts:
        of = known(execute.owner, home.account_id, creator_account_id=home.id)
        talk = opened(of, 9)
        rows = [written(talk, f"{home.account_id} {status}", n, status=status) for n, status in enumerate(ENDED)]
        drafts = [campaign(home, name=f"{home.account_id} {status}", status=status) for status in ("ACTIVE", "DRAFT")]
        await store(execute.database, of, talk, *rows, *drafts)
    return accounts[0].id, accounts[1].id


ENDED = ("FAILED", "UNKNOWN", "SENT")


async def found(execute: Execute, query: str, **given: Any) -> tuple[set[str], int]:
    [answer] = (await execute(query, **given)).values()
    return {node.get("name") or node["text"] for node in answer["nodes"]}, answer["totalCount"]


async def test_only_of_the_chosen_accounts(execute: Execute) -> None:
    a, b = await two_accounts(execute)
    assert await found(execute, CAMPAIGNS) == ({"a ACTIVE", "a DRAFT", "b ACTIVE", "b DRAFT"}, 4)
    assert await found(execute, CAMPAIGNS, accounts=named(b)) == ({"b ACTIVE", "b DRAFT"}, 2)
    assert await found(execute, CAMPAIGNS, accounts=named(a), status="DRAFT") == ({"a DRAFT"}, 1)
    assert await found(execute, CAMPAIGNS, accounts=[]) == (set(), 0)
    assert await found(execute, FAILED) == ({"a FAILED", "a UNKNOWN", "b FAILED", "b UNKNOWN"}, 4)
    assert await found(execute, FAILED, accounts=named(a)) == ({"a FAILED", "a UNKNOWN"}, 2)
    assert await found(execute, FAILED, accounts=named(a, b), unknown=False) == ({"a FAILED", "b FAILED"}, 2)
    assert await found(execute, FAILED, accounts=[]) == (set(), 0)


async def test_an_account_of_somebody_else_is_as_one_that_is_missing(execute: Execute) -> None:
    await two_accounts(execute)
    theirs = account(await a_user(execute.database), "c")
    await store(execute.database, theirs, campaign(theirs))
    for query in (CAMPAIGNS, FAILED):
        assert await found(execute, query, accounts=named(theirs.id)) == (set(), 0)
        assert await found(execute, query, accounts=named(new_id())) == (set(), 0)


@pytest.mark.parametrize("query", [CAMPAIGNS, FAILED])
async def test_more_than_a_hundred_are_refused_by_name(execute: Execute, query: str) -> None:
    error = await execute.fails(query, accounts=named(*(new_id() for _ in range(101))))

    assert error.message == "`accountIds`: There are 101; at most 100 are allowed."
