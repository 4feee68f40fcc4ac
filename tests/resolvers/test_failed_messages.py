"""`failedMessages`: which, in what order, at what cost."""

from __future__ import annotations

from typing import Any

from tests.resolvers.in_process import Execute
from tests.resolvers.inbox import known, opened, written
from tests.stored import a_user, account, store

PAGE = """query ($first: Int, $after: String, $last: Int, $before: String, $unknown: Boolean! = true,
  $accounts: [ID!]) { failedMessages(
    first: $first, after: $after, last: $last, before: $before, includeUnknown: $unknown, accountIds: $accounts) {
    totalCount nodes { text } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
NESTED = """query ($first: Int!) { failedMessages(first: $first) { totalCount nodes { text
  fan { name account { displayName } conversation { id } }
  conversation { fan { name } account { displayName } messages(last: 2) { totalCount nodes { text } } }
  delivery { failureReason waitReason estimatedSendTime attempts { number outcome detail } } } } }"""


async def some_failed(execute: Execute) -> None:
    of = known(execute.owner, "Ana")
    talk = opened(of, 9)
    hers = known(await a_user(execute.database), "Bo")
    theirs = opened(hers, 9)
    statuses = {
        "a": "FAILED",
        "b": "UNKNOWN",
        "c": "SENT",
        "d": "FAILED",
        "e": "CANCELLED",
        "f": "QUEUED",
        "g": "FAILED",
    }
    rows = [written(talk, text, n, status=status) for n, (text, status) in enumerate(statuses.items())]
    await store(execute.database, of, talk, hers, theirs, written(theirs, "x", 1, status="FAILED"), *rows)


async def page_of(execute: Execute, **given: Any) -> tuple[str, int]:
    found = (await execute(PAGE, **given))["failedMessages"]
    return "".join(node["text"] for node in found["nodes"]), found["totalCount"]


async def test_newest_first_unknown_ones_included_unless_left_out(execute: Execute) -> None:
    await some_failed(execute)
    assert await page_of(execute) == ("gdba", 4)
    assert await page_of(execute, unknown=False) == ("gda", 3)


async def test_forwards_and_backwards(execute: Execute) -> None:
    await some_failed(execute)
    first = (await execute(PAGE, first=2))["failedMessages"]
    assert [node["text"] for node in first["nodes"]] == ["g", "d"]
    assert first["pageInfo"]["hasNextPage"] is True
    assert await page_of(execute, first=2, after=first["pageInfo"]["endCursor"]) == ("ba", 4)
    assert await page_of(execute, last=1) == ("a", 4)
    assert await page_of(execute, last=1, before=first["pageInfo"]["endCursor"]) == ("g", 4)


async def test_the_number_of_statements_does_not_grow(execute: Execute) -> None:
    home = account(execute.owner)
    fans = [known(execute.owner, f"fan {n}", creator_account_id=home.id) for n in range(30)]
    talks = [opened(of, n) for n, of in enumerate(fans)]
    rows = [written(talk, "failed", n, status="FAILED") for n, talk in enumerate(talks)]
    await store(execute.database, home, *fans, *talks, *rows)
    seen = set()
    for first in (1, 30):
        page = (await execute(NESTED, first=first))["failedMessages"]
        assert len(page["nodes"]) == first
        assert page["totalCount"] == 30
        assert {node["conversation"]["messages"]["totalCount"] for node in page["nodes"]} == {1}
        seen.add(len(execute.statements))
    assert seen == {9}, execute.statements
