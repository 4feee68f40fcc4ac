"""`Conversation.messages`: from the front, from the back, around one message; many conversations at once."""

from __future__ import annotations

import base64
import json
from typing import Any
from uuid import UUID, uuid4

from db.models import Conversation, Message
from schema import ids
from tests.resolvers.in_process import Execute
from tests.resolvers.inbox import known, minute, opened, written
from tests.stored import account, campaign, store

THREAD = """query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String, $around: ID) {
  conversation(id: $id) { messages(first: $first, after: $after, last: $last, before: $before, around: $around) {
    edges { cursor } nodes { text } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }"""
EVERYWHERE = """query ($first: Int!, $of: Int, $after: String, $before: String, $last: Int) {
  conversations(first: $first) { nodes { messages(first: $of, after: $after, before: $before, last: $last) {
    totalCount nodes { text fan { name } conversation { id } } pageInfo { hasNextPage hasPreviousPage } } } } }"""


async def talk_of(execute: Execute, *texts: str) -> tuple[Conversation, list[Message]]:
    of = known(execute.owner, "Ana")
    talk = opened(of, len(texts))
    rows = [written(talk, text, n) for n, text in enumerate(texts)]
    await store(execute.database, of, talk, *rows)
    return talk, rows


async def page_of(execute: Execute, talk: Conversation, **window: Any) -> dict[str, Any]:
    found: dict[str, Any] = await execute(THREAD, id=ids.encode("Conversation", talk.id), **window)
    messages: dict[str, Any] = found["conversation"]["messages"]
    return messages


def texts(page: dict[str, Any]) -> str:
    return "".join(node["text"] for node in page["nodes"])


def more(page: dict[str, Any]) -> tuple[bool, bool]:
    """Is there more before, and after?"""
    return page["pageInfo"]["hasPreviousPage"], page["pageInfo"]["hasNextPage"]


async def test_without_arguments_the_last_hundred_oldest_first(execute: Execute) -> None:
    talk, _ = await talk_of(execute, *(str(n % 10) for n in range(103)))
    page = await page_of(execute, talk)
    assert texts(page) == "".join(str(n % 10) for n in range(3, 103))
    assert more(page) == (True, False)
    assert texts(await page_of(execute, talk, before=page["pageInfo"]["startCursor"])) == "012"


async def test_every_window(execute: Execute) -> None:
    talk, _ = await talk_of(execute, *"abcdef")
    cursors = [edge["cursor"] for edge in (await page_of(execute, talk))["edges"]]
    page = await page_of(execute, talk, first=2)
    assert (texts(page), more(page)) == ("ab", (False, True))
    page = await page_of(execute, talk, last=2)
    assert (texts(page), more(page)) == ("ef", (True, False))
    page = await page_of(execute, talk, first=2, after=cursors[1])
    assert (texts(page), more(page)) == ("cd", (True, True))
    page = await page_of(execute, talk, last=2, before=cursors[4])
    assert (texts(page), more(page)) == ("cd", (True, True))
    assert texts(await page_of(execute, talk, after=cursors[3])) == "ef"
    assert texts(await page_of(execute, talk, before=cursors[2])) == "ab"
    assert texts(await page_of(execute, talk, after=cursors[0], before=cursors[4])) == "bcd"
    assert texts(await page_of(execute, talk, last=2, after=cursors[0], before=cursors[4])) == "cd"
    assert texts(await page_of(execute, talk, first=2, after=cursors[0], before=cursors[4])) == "bc"
    assert texts(await page_of(execute, talk, first=3, after=cursors[5])) == ""
    page = await page_of(execute, talk, first=0)
    assert (texts(page), more(page)) == ("", (False, True))


async def test_the_page_around_a_message(execute: Execute) -> None:
    talk, rows = await talk_of(execute, *"abcdefg")
    named = [ids.encode("Message", row.id) for row in rows]
    page = await page_of(execute, talk, around=named[3], last=3)
    assert (texts(page), more(page)) == ("cde", (True, True))
    assert len(execute.statements) == 4
    assert texts(await page_of(execute, talk, before=page["pageInfo"]["startCursor"])) == "ab"
    assert texts(await page_of(execute, talk, after=page["pageInfo"]["endCursor"])) == "fg"
    page = await page_of(execute, talk, around=named[0], first=4)
    assert (texts(page), more(page)) == ("abc", (False, True))
    page = await page_of(execute, talk, around=named[6])
    assert (texts(page), more(page)) == ("abcdefg", (False, False))
    assert texts(await page_of(execute, talk, around=named[3], first=1)) == "d"


async def test_around_what_is_not_in_the_conversation(execute: Execute) -> None:
    talk, _ = await talk_of(execute, *"ab")
    of = known(execute.owner, "Bo", tags=["x"])
    elsewhere = opened(of, 1)
    message = written(elsewhere, "elsewhere", 1)
    await store(execute.database, of, elsewhere, message)
    identifier = ids.encode("Conversation", talk.id)
    told = set()
    for around in (ids.encode("Message", message.id), ids.encode("Message", uuid4()), identifier, "", "\ud800"):
        error = await execute.fails(THREAD, id=identifier, around=around)
        told.add((error.message, (error.extensions or {})["code"]))
    assert told == {("There is no such message in this conversation.", "NOT_FOUND")}
    cursor = (await page_of(execute, talk))["edges"][0]["cursor"]
    error = await execute.fails(THREAD, id=identifier, around=ids.encode("Message", message.id), after=cursor)
    assert (error.extensions or {})["code"] == "BAD_USER_INPUT"


async def test_equal_moments_are_kept_apart_by_id(execute: Execute) -> None:
    of = known(execute.owner, "Ana")
    talk = opened(of, 1)
    await store(execute.database, of, talk, *(written(talk, text, 1) for text in "abcde"))
    page = await page_of(execute, talk, first=2)
    assert texts(page) == "ab"
    assert texts(await page_of(execute, talk, first=9, after=page["pageInfo"]["endCursor"])) == "cde"


async def test_a_campaigns_message_appears_once_the_fan_may_have_it(execute: Execute) -> None:
    here = account(execute.owner)
    news, of = campaign(here), known(execute.owner, "Ana", creator_account_id=here.id)
    talk = opened(of, 9)
    statuses = ["PENDING", "QUEUED", "SENDING", "SENT", "DELIVERED", "FAILED", "UNKNOWN", "CANCELLED"]
    rows = [written(talk, f"{status} ", n, status=status, campaign_id=news.id) for n, status in enumerate(statuses)]
    later = written(talk, "scheduled", 9, status="PENDING", scheduled_at=minute(10**6))
    await store(execute.database, here, news, of, talk, *rows, later)
    assert texts(await page_of(execute, talk)) == "SENT DELIVERED UNKNOWN scheduled"
    identifier = ids.encode("Conversation", talk.id)
    error = await execute.fails(THREAD, id=identifier, around=ids.encode("Message", rows[1].id))
    assert (error.extensions or {})["code"] == "NOT_FOUND"
    counted = await execute(EVERYWHERE, first=1)
    assert counted["conversations"]["nodes"][0]["messages"]["totalCount"] == 4


async def test_below_a_list_every_window_is_one_statement(execute: Execute) -> None:
    fans = [known(execute.owner, f"fan {n}") for n in range(20)]
    talks = [opened(of, n) for n, of in enumerate(fans)]
    await store(
        execute.database, *fans, *talks, *(written(talk, text, n) for talk in talks for n, text in enumerate("abcd"))
    )
    middle = base64.urlsafe_b64encode(json.dumps([minute(1.5).isoformat(), str(UUID(int=0))]).encode()).decode()
    for window, expected in (
        ({"last": 3}, "bcd"),
        ({"of": 2}, "ab"),
        ({"of": 1, "after": middle}, "c"),
        ({"last": 1, "before": middle}, "b"),
    ):
        counts = set()
        for first in (1, 20):
            nodes = (await execute(EVERYWHERE, first=first, **window))["conversations"]["nodes"]
            assert [texts(node["messages"]) for node in nodes] == [expected] * first
            assert {node["messages"]["totalCount"] for node in nodes} == {4}
            counts.add(len(execute.statements))
        # The list; messages, fans, conversations and the totals of all.
        assert counts == {5}, window


async def test_forged_cursors_are_the_clients_mistake(execute: Execute) -> None:
    talk, _ = await talk_of(execute, *"ab")
    identifier, key = ids.encode("Conversation", talk.id), str(uuid4())
    for values in ([], [key], ["0001-01-01T00:00:00+14:00", key], ["9999-12-31T23:59:59-14:00", key], [5, key]):
        cursor = base64.urlsafe_b64encode(json.dumps(values).encode()).decode()
        for argument in ("after", "before"):
            error = await execute.fails(THREAD, None, id=identifier, **{argument: cursor})
            assert (error.extensions or {}).get("code") == "BAD_USER_INPUT", values
    nowhere = base64.urlsafe_b64encode(json.dumps([None, key]).encode()).decode()
    assert texts(await page_of(execute, talk, first=5, after=nowhere)) == ""


async def test_a_deleted_fan_stays_behind_her_messages(execute: Execute) -> None:
    of = known(execute.owner, "Ana", deleted_at=minute(1))
    talk = opened(of, 1)
    failed = written(talk, "late", 1, status="FAILED")
    await store(execute.database, of, talk, failed)
    query = "{ failedMessages { nodes { fan { name deletedAt } conversation { fan { name } } } } }"
    [node] = (await execute(query))["failedMessages"]["nodes"]
    assert node == {
        "fan": {"name": "Ana", "deletedAt": "2026-01-01T00:01:00.000Z"},
        "conversation": {"fan": {"name": "Ana"}},
    }
