"""`conversations`: orders, pages, filters, search, cost, and what is refused."""

from __future__ import annotations

import base64
import json
from typing import Any
from uuid import UUID, uuid4

from db.models import Conversation
from db.queries.conversation_lists import NEAR, NEWEST
from schema import ids
from tests.resolvers.in_process import Execute
from tests.resolvers.inbox import known, minute, opened, written
from tests.stored import a_user, account, campaign, store

NAMES = """query ($first: Int, $after: String, $last: Int, $before: String, $filter: ConversationFilter,
    $orderBy: ConversationOrder) {
  conversations(first: $first, after: $after, last: $last, before: $before, filter: $filter, orderBy: $orderBy) {
    edges { cursor } nodes { fan { name } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
COUNT = "query ($filter: ConversationFilter) { conversations(first: 1, filter: $filter) { totalCount } }"


async def page_of(execute: Execute, **variables: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await execute(NAMES, **variables))["conversations"]
    return found


def names(page: dict[str, Any]) -> list[str]:
    return [node["fan"]["name"] for node in page["nodes"]]


# Fans, and the minutes of the last message and of the last incoming one; equals in each, and some who never wrote.
CAST = [("Ana", 5, 5), ("Bo", 5, None), ("Cy", 1, 1), ("Di", 9, 1), ("Eve", 7, None), ("Fay", 7, 6)]  # fmt: skip
BY_MESSAGE = ["Cy", "Ana", "Bo", "Eve", "Fay", "Di"]
BY_INCOMING, SILENT = ["Cy", "Di", "Ana", "Fay"], ["Bo", "Eve"]
ORDERS = {
    ("LAST_MESSAGE_AT", "ASC"): BY_MESSAGE,
    ("LAST_MESSAGE_AT", "DESC"): BY_MESSAGE[::-1],
    ("LAST_INCOMING_AT", "ASC"): BY_INCOMING + SILENT,
    ("LAST_INCOMING_AT", "DESC"): BY_INCOMING[::-1] + SILENT[::-1],
}


async def cast(execute: Execute) -> None:
    for name, last, incoming in CAST:
        of = known(execute.owner, name)
        await store(execute.database, of, opened(of, last, incoming))


async def walk(execute: Execute, size: int, *, backwards: bool, **fixed: Any) -> list[str]:
    """Every page, as a client follows the cursors."""
    found: list[str] = []
    place: dict[str, str] = {}
    turn = ("last", "before") if backwards else ("first", "after")
    while True:
        page = await page_of(execute, **{turn[0]: size}, **place, **fixed)
        found = names(page) + found if backwards else found + names(page)
        if not page["pageInfo"]["hasPreviousPage" if backwards else "hasNextPage"]:
            return found
        place = {turn[1]: page["pageInfo"]["startCursor" if backwards else "endCursor"]}


async def test_without_arguments_the_fifty_with_the_newest_messages(execute: Execute) -> None:
    fans = [known(execute.owner, f"fan {n:02}") for n in range(52)]
    await store(execute.database, *fans, *[opened(of, n) for n, of in enumerate(fans)])
    page = await page_of(execute)
    assert names(page) == [f"fan {n:02}" for n in range(51, 1, -1)]
    assert (page["pageInfo"]["hasNextPage"], page["pageInfo"]["hasPreviousPage"]) == (True, False)


async def test_every_order_forwards_and_backwards(execute: Execute) -> None:
    await cast(execute)
    for (field, direction), expected in ORDERS.items():
        order = {"field": field, "direction": direction}
        for size in (1, 4, 100):
            assert await walk(execute, size, backwards=False, orderBy=order) == expected, (order, size)
            assert await walk(execute, size, backwards=True, orderBy=order) == expected, (order, size)


async def test_every_window_between_two_cursors(execute: Execute) -> None:
    await cast(execute)
    for (field, direction), expected in ORDERS.items():
        order = {"field": field, "direction": direction}
        cursors = [edge["cursor"] for edge in (await page_of(execute, orderBy=order))["edges"]]
        for begin in range(6):
            for end in range(begin + 1, 6):
                place = {"orderBy": order, "after": cursors[begin], "before": cursors[end]}
                assert names(await page_of(execute, **place)) == expected[begin + 1 : end], (order, begin, end)
                assert names(await page_of(execute, **place, last=1)) == expected[begin + 1 : end][-1:]


async def test_a_list_stays_put_while_messages_arrive(execute: Execute) -> None:
    fans = [known(execute.owner, f"fan {n}") for n in range(4)]
    rows = [opened(of, n) for n, of in enumerate(fans)]
    await store(execute.database, *fans, *rows)
    cursor = (await page_of(execute, first=2))["pageInfo"]["endCursor"]
    newcomer = known(execute.owner, "newcomer")
    await store(execute.database, newcomer, opened(newcomer, 50))
    assert names(await page_of(execute, first=2, after=cursor)) == ["fan 1", "fan 0"]
    assert names(await page_of(execute, last=9, before=cursor)) == ["newcomer", "fan 3"]


async def test_deleted_fans_and_conversations_without_a_message_are_not_listed(execute: Execute) -> None:
    here, gone, quiet = (known(execute.owner, name) for name in ("here", "gone", "quiet"))
    gone.deleted_at = minute(1)
    mine = account(execute.owner)
    unread: dict[str, Any] = {"unread_count": 1, "creator_account_id": mine.id}
    talks = (opened(here, 1, **unread), opened(gone, 2, **unread), opened(quiet))
    await store(execute.database, mine, here, gone, quiet, *talks)
    assert names(await page_of(execute)) == ["here"]
    assert (await execute(COUNT))["conversations"] == {"totalCount": 1}
    unread_of = "{ viewer { unreadConversations accounts { unreadConversations } } }"
    assert (await execute(unread_of))["viewer"] == {"unreadConversations": 1, "accounts": [{"unreadConversations": 1}]}


async def the_crowd(execute: Execute) -> dict[str, str]:
    """Conversations for the filters; gives the accounts' ids by name."""
    owner = execute.owner
    here, there = account(owner, "here"), account(owner, "there", platform="PATREON")
    news = campaign(here)
    stranger = await a_user(execute.database)
    ana = known(owner, "Ana Ñandú", creator_account_id=here.id, tags=["vip", "new"], value_cents=900)
    bo = known(owner, "Bo", creator_account_id=here.id, tags=["vip"], handle="@bo_the_cat")
    li = known(owner, "李雷", tags=["it's \\ odd"], value_cents=50, email="li@mail.example")
    eve = known(owner, "Eve 🦊", creator_account_id=there.id, platform="PATREON", value_cents=2**53 - 1)
    gone = known(owner, "Ana Gone", creator_account_id=here.id, tags=["vip"], deleted_at=minute(0))
    hers = known(stranger, "Ana", tags=["vip"])
    fans = [ana, bo, li, eve, gone, hers]
    talks = [
        opened(ana, 4, 4, unread_count=2), opened(bo, 3, 1), opened(li, 2, None), opened(eve, 1, 1), opened(gone, 5, 5),
        opened(hers, 5, 5),
    ]  # fmt: skip
    said = [
        written(talks[0], "Good morning, sunshine", 4, direction="IN"),
        written(talks[1], "Crème brûlée für alle", 3),
        written(talks[1], "not sent yet: secretword", 3, campaign_id=news.id, status="QUEUED"),
        written(talks[2], "你好世界 🎉", 2),
        written(talks[3], "Good night", 1, direction="IN"),
        written(talks[3], "Was it good? Sunshine in the morning", 0),
        written(talks[4], "Good bye", 5, direction="IN"),
        written(talks[5], "Good day", 5, direction="IN"),
    ]
    await store(execute.database, here, there, news, *fans, *talks, *said)
    return {name: ids.encode("CreatorAccount", row.id) for name, row in (("here", here), ("there", there))}


ANA, BO, LI, EVE = "Ana Ñandú", "Bo", "李雷", "Eve 🦊"
EVERYBODY = [ANA, BO, LI, EVE]
FILTERS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, EVERYBODY),
    ({"unreadOnly": True}, [ANA]),
    ({"unreadOnly": False}, EVERYBODY),
    ({"awaitingReply": True}, [ANA, EVE]),
    ({"awaitingReply": False}, [BO, LI]),
    ({"platform": "PATREON"}, [EVE]),
    ({"platform": "FANSLY"}, []),
    ({"accountIds": []}, []),
    ({"accountIds": ["here"]}, [ANA, BO]),
    ({"accountIds": ["here", "there"]}, [ANA, BO, EVE]),
    ({"accountIds": ["unknown"]}, []),
    ({"search": "ana"}, [ANA]),
    ({"search": "NANDU an"}, [ANA]),
    ({"search": "@bo_the"}, [BO]),
    ({"search": "li@mail"}, [LI]),
    ({"search": "李"}, [LI]),
    ({"search": "🦊"}, [EVE]),
    ({"search": "good"}, [ANA, EVE]),
    ({"search": "sunsh morn"}, [ANA, EVE]),
    ({"search": "good sunshine"}, [ANA, EVE]),
    ({"search": "night sunshine"}, []),
    ({"search": "creme BRULEE"}, [BO]),
    ({"search": "世界"}, [LI]),
    ({"search": "🎉"}, [LI]),
    ({"search": "secretword"}, []),
    ({"search": "vip"}, []),
    ({"search": "nobody"}, []),
    ({"search": "' & | ! :* \\ ("}, []),
    ({"search": "  "}, EVERYBODY),
    ({"tags": []}, EVERYBODY),
    ({"tags": ["vip"]}, [ANA, BO]),
    ({"tags": ["vip", "new"]}, [ANA]),
    ({"tags": ["it's \\ odd"]}, [LI]),
    ({"tags": ["vi"]}, []),
    ({"minFanValueCents": 50}, [ANA, LI, EVE]),
    ({"minFanValueCents": 2**53 - 1}, [EVE]),
    ({"minFanValueCents": -1}, EVERYBODY),
    ({"activeAfter": "2026-01-01T00:03:00Z"}, [ANA, BO]),
    ({"activeBefore": "2026-01-01T00:03:00Z"}, [BO, LI, EVE]),
    ({"activeAfter": "0001-01-01T00:00:00Z", "activeBefore": "9999-12-31T23:59:59Z"}, EVERYBODY),
    ({"search": "good", "tags": ["vip"], "accountIds": ["here"], "unreadOnly": True, "awaitingReply": True,
      "platform": "SANDBOX", "minFanValueCents": 900, "activeAfter": "2026-01-01T00:04:00Z",
      "activeBefore": "2026-01-01T00:04:00Z"}, [ANA]),
]  # fmt: skip


async def filters_hold(execute: Execute, accounts: dict[str, str]) -> None:
    for given, expected in FILTERS:
        wanted = dict(given)
        if "accountIds" in wanted:
            wanted["accountIds"] = [accounts.get(each, "bm9wZQ==") for each in wanted["accountIds"]]
        assert names(await page_of(execute, filter=wanted)) == expected, given
        oldest_first = {"field": "LAST_MESSAGE_AT", "direction": "ASC"}
        assert names(await page_of(execute, filter=wanted, orderBy=oldest_first)) == expected[::-1], given
        by_incoming = await walk(execute, 3, backwards=True, filter=wanted, orderBy={"field": "LAST_INCOMING_AT"})
        assert sorted(by_incoming) == sorted(expected), given
        assert (await execute(COUNT, filter=wanted))["conversations"]["totalCount"] == len(expected), given


async def test_filters_combine_freely(execute: Execute) -> None:
    await filters_hold(execute, await the_crowd(execute))


async def test_what_is_rare_is_found_behind_many_others(execute: Execute) -> None:
    """More newer conversations than are looked through one by one: the index of words must answer."""
    accounts = await the_crowd(execute)
    others = [known(execute.owner, f"other {n}") for n in range(NEAR + 5)]
    await store(execute.database, *others, *[opened(of, 100 + n, 100 + n) for n, of in enumerate(others)])
    for given, expected in FILTERS:
        if given.get("search", " ").strip() or given.get("tags"):
            wanted = given | ({"accountIds": [accounts["here"]]} if "accountIds" in given else {})
            assert names(await page_of(execute, filter=wanted)) == expected, given
            assert len(execute.statements) <= 3
            assert (await execute(COUNT, filter=wanted))["conversations"]["totalCount"] == len(expected), given
    assert len(await walk(execute, 70, backwards=False, filter={"search": "other"})) == NEAR + 5
    assert await walk(execute, 70, backwards=True, filter={"search": "ot"}) == [
        f"other {n}" for n in range(NEAR + 4, -1, -1)
    ]


async def test_a_word_long_ago_in_a_long_conversation_is_found(execute: Execute) -> None:
    """It has more messages than are looked through: the index of words must answer, and keep the order."""
    fans = [known(execute.owner, name) for name in ("before", "long", "after", "without")]
    talks = [opened(of, 10_000 - n) for n, of in enumerate(fans)]
    said = [written(talk, "needle", 1) for talk in talks[:3]]
    said += [written(talk, "chatter", 2 + n) for n in range(NEWEST + 1) for talk in (talks[1], talks[3])]
    await store(execute.database, *fans, *talks, *said)
    assert names(await page_of(execute, filter={"search": "needle"})) == ["before", "long", "after"]
    assert names(await page_of(execute, first=2, filter={"search": "needle"})) == ["before", "long"]
    assert names(await page_of(execute, last=1, filter={"search": "needle"})) == ["after"]
    assert names(await page_of(execute, filter={"search": "chat"})) == ["long", "without"]


NESTED = """query ($first: Int!) { conversations(first: $first) { totalCount nodes {
  fan { name account { displayName } } account { displayName } lastMessage { text fan { name } delivery { sentAt } }
  messages(last: 3) { totalCount nodes { text conversation { id } fan { name }
    delivery { waitReason estimatedSendTime attempts { number outcome } } } } } } }"""


async def test_the_number_of_statements_does_not_grow(execute: Execute) -> None:
    home = account(execute.owner)
    fans = [known(execute.owner, f"fan {n}", creator_account_id=home.id) for n in range(30)]
    talks = [opened(of, n, creator_account_id=home.id) for n, of in enumerate(fans)]
    said = [written(talk, f"{n}", n, status="QUEUED" if n % 2 else "SENT") for talk in talks for n in range(4)]
    await store(execute.database, home, *fans, *talks, *said)
    for talk, newest in zip(talks, said[3::4], strict=True):
        await last_is(execute, talk, newest.id)
    seen = {}
    for first in (1, 30):
        page = (await execute(NESTED, first=first))["conversations"]
        assert len(page["nodes"]) == first
        assert [node["text"] for node in page["nodes"][0]["messages"]["nodes"]] == ["1", "2", "3"]
        assert all(len(node["messages"]["nodes"]) == 3 and node["lastMessage"] for node in page["nodes"])
        seen[first] = len(execute.statements)
    assert seen == {1: 15, 30: 15}, execute.statements


async def last_is(execute: Execute, talk: Conversation, message_id: UUID) -> None:
    async with execute.database.writes() as session, session.begin():
        found = await session.get(Conversation, (talk.user_id, talk.id))
        assert found is not None
        found.last_message_id = message_id


async def test_the_total_is_counted_only_when_it_is_selected(execute: Execute) -> None:
    await cast(execute)
    await execute("{ conversations { nodes { id } } }")
    assert len(execute.statements) == 1
    await execute(COUNT)
    assert [("count(" in statement) for statement in execute.statements] == [False, True]


def cursor(*values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


KEY, THEN = str(uuid4()), "2026-01-01T00:00:00+00:00"
FORGED = [
    "", "x", "\ud800", cursor(), cursor(THEN, KEY), cursor(None, THEN, KEY), cursor("LAST_MESSAGE_AT:DESC", THEN, None),
    cursor("LAST_MESSAGE_AT:DESC", THEN, "x"), cursor("LAST_MESSAGE_AT:DESC", 5, KEY),
    cursor("LAST_MESSAGE_AT:DESC", "0001-01-01T00:00:00+14:00", KEY), cursor("LAST_MESSAGE_AT:ASC", THEN, KEY),
    cursor("LAST_INCOMING_AT:DESC", THEN, KEY), cursor("LAST_MESSAGE_AT:DESC", "2026-01-01T00:00:00", KEY),
]  # fmt: skip


async def test_cursors_that_are_forged_or_of_another_order_are_refused(execute: Execute) -> None:
    for text in FORGED:
        for argument in ("after", "before"):
            error = await execute.fails(NAMES, None, **{argument: text})
            assert (error.extensions or {}).get("code") == "BAD_USER_INPUT", text
            assert f"`{argument}`" in error.message
    assert execute.statements == []


LONG, MANY = "x" * 10_000, ["x"] * 10_000
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"first": 1, "last": 1}, "`first` or `last`"),
    ({"first": -1}, "`first`"),
    ({"last": 101}, "`last`"),
    ({"filter": {"search": LONG}}, "`filter.search`"),
    ({"filter": {"search": "a\x00b"}}, "`filter.search`"),
    ({"filter": {"search": "\ud800"}}, "`filter.search`"),
    ({"filter": {"tags": [LONG]}}, "`filter.tags.0`"),
    ({"filter": {"tags": ["ok", "\ud800"]}}, "`filter.tags.1`"),
    ({"filter": {"tags": MANY}}, "`filter.tags`"),
    ({"filter": {"accountIds": MANY}}, "`filter.accountIds`"),
]


async def test_what_is_out_of_bounds_is_named(execute: Execute) -> None:
    for given, named in REFUSED:
        error = await execute.fails(NAMES, **given)
        assert (error.extensions or {})["code"] == "BAD_USER_INPUT"
        assert named in error.message
        assert execute.statements == []
