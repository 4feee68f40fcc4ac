"""`fans` and `fanTags`: orders, pages, filters, cost, and what is refused."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from db.models import Fan
from schema import ids
from schema.scalars import MAX_CENTS
from services.fans.indexing import searchable, tag_word
from tests.resolvers.in_process import Execute
from tests.stored import LONG_AGO, a_user, account, conversation, fan, store

NAMES = """query ($first: Int, $after: String, $last: Int, $before: String, $filter: FanFilter, $orderBy: FanOrder) {
  fans(first: $first, after: $after, last: $last, before: $before, filter: $filter, orderBy: $orderBy) {
    nodes { name } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
NESTED = (
    """query ($first: Int!) { fans(first: $first) { nodes { name account { displayName } conversation { id } } } }"""
)
COUNT = "query ($filter: FanFilter) { fans(first: 1, filter: $filter) { totalCount nodes { name } } }"
TAGS = "query ($search: String, $first: Int! = 100) { fanTags(search: $search, first: $first) { tag fans } }"


def day(number: int) -> datetime:
    return LONG_AGO + timedelta(days=number)


def known(owner: UUID, name: str, **values: Any) -> Fan:
    row = fan(owner, name=name, **values)
    row.search = searchable(row)
    return row


async def names(execute: Execute, **variables: Any) -> list[str]:
    return [node["name"] for node in (await execute(NAMES, **variables))["fans"]["nodes"]]


async def test_without_arguments_the_newest_fifty(execute: Execute) -> None:
    await store(execute.database, *[known(execute.owner, f"fan {n:02}", created_at=day(n)) for n in range(52)])
    page = (await execute(NAMES))["fans"]
    assert [node["name"] for node in page["nodes"]] == [f"fan {n:02}" for n in range(51, 1, -1)]
    assert (page["pageInfo"]["hasNextPage"], page["pageInfo"]["hasPreviousPage"]) == (True, False)
    assert page["pageInfo"]["endCursor"] != page["pageInfo"]["startCursor"]


# Names, what they paid, when they were seen; equals in each, and some never seen.
CAST = [
    ("Zoe", 500, 3), ("élan", 0, None), ("Anna", 0, 1), ("anna", 900, 1), ("李雷", 500, None), ("Ünal", 0, 2),
    ("Unal", 70, 2), ("🦊", 500, None),
]  # fmt: skip
BY_NAME = ["Anna", "anna", "élan", "Ünal", "Unal", "Zoe", "李雷", "🦊"]
BY_VALUE = ["élan", "Anna", "Ünal", "Unal", "Zoe", "李雷", "🦊", "anna"]
BY_SEEN = ["Anna", "anna", "Ünal", "Unal", "Zoe"]
UNSEEN = ["élan", "李雷", "🦊"]
ORDERS = {
    ("NAME", "ASC"): BY_NAME,
    ("NAME", "DESC"): BY_NAME[::-1],
    ("VALUE_CENTS", "ASC"): BY_VALUE,
    ("VALUE_CENTS", "DESC"): BY_VALUE[::-1],
    ("CREATED_AT", "ASC"): [name for name, *_ in CAST],
    ("CREATED_AT", "DESC"): [name for name, *_ in CAST][::-1],
    ("LAST_SEEN_AT", "ASC"): BY_SEEN + UNSEEN,
    ("LAST_SEEN_AT", "DESC"): BY_SEEN[::-1] + UNSEEN[::-1],
}


async def cast(execute: Execute) -> None:
    for number, (name, paid, seen) in enumerate(CAST):
        moment = None if seen is None else day(seen)
        row = known(execute.owner, name, value_cents=paid, last_seen_at=moment, created_at=day(number))
        await store(execute.database, row)


async def walk(execute: Execute, size: int, order: dict[str, str], *, backwards: bool) -> list[str]:
    """Every page, as a client follows the cursors."""
    found: list[str] = []
    place: dict[str, str] = {}
    turn = ("last", "before") if backwards else ("first", "after")
    while True:
        page = (await execute(NAMES, orderBy=order, **{turn[0]: size}, **place))["fans"]
        shown, info = [node["name"] for node in page["nodes"]], page["pageInfo"]
        found = shown + found if backwards else found + shown
        if not info["hasPreviousPage" if backwards else "hasNextPage"]:
            return found
        place = {turn[1]: info["startCursor" if backwards else "endCursor"]}


async def test_every_order_forwards_and_backwards(execute: Execute) -> None:
    await cast(execute)
    for (field, direction), expected in ORDERS.items():
        order = {"field": field, "direction": direction}
        for size in (1, 3):
            assert await walk(execute, size, order, backwards=False) == expected, (order, size)
            assert await walk(execute, size, order, backwards=True) == expected, (order, size, "backwards")


async def test_a_window_between_two_cursors(execute: Execute) -> None:
    await cast(execute)
    query = """query ($order: FanOrder!, $after: String, $before: String, $last: Int) {
      fans(orderBy: $order, after: $after, before: $before, last: $last) { edges { cursor node { name } } } }"""
    for (field, direction), expected in ORDERS.items():
        order = {"field": field, "direction": direction}
        edges = (await execute(query, order=order))["fans"]["edges"]
        for begin, end in ((0, 7), (1, 4), (4, 6), (5, 7), (3, 5)):
            between = {"order": order, "after": edges[begin]["cursor"], "before": edges[end]["cursor"]}
            found = (await execute(query, **between))["fans"]["edges"]
            assert [edge["node"]["name"] for edge in found] == expected[begin + 1 : end], (order, begin, end)
            found = (await execute(query, **between, last=2))["fans"]["edges"]
            assert [edge["node"]["name"] for edge in found] == expected[begin + 1 : end][-2:], (order, begin, end)


async def test_a_list_stays_put_while_fans_arrive_and_go(execute: Execute) -> None:
    rows = [known(execute.owner, f"fan {n}", created_at=day(n)) for n in range(6)]
    await store(execute.database, *rows)
    first = (await execute(NAMES, first=2))["fans"]
    await store(execute.database, known(execute.owner, "newcomer", created_at=day(9)))
    await execute.resources.fans.delete(execute.owner, rows[5].id)
    cursor = first["pageInfo"]["endCursor"]
    assert await names(execute, first=2, after=cursor) == ["fan 3", "fan 2"]
    assert await names(execute, last=9, before=cursor) == ["newcomer"]


async def the_crowd(execute: Execute) -> tuple[str, str]:
    """Fans of two accounts for the filters; gives the accounts' ids."""
    owner = execute.owner
    here, there = account(owner, "here"), account(owner, "there", platform="PATREON")
    ana = known(
        owner, "Ana Ñandú", creator_account_id=here.id, tags=["vip", "new"], value_cents=900, last_seen_at=day(1)
    )
    bo = known(owner, "Bo", creator_account_id=here.id, tags=["vip"], handle="@bo_the_cat", last_seen_at=day(3))
    li = known(owner, "李雷", tags=["it's \\ odd"], value_cents=50, email="li@mail.example")
    eve = known(
        owner, "Eve 🦊", creator_account_id=there.id, platform="PATREON", value_cents=MAX_CENTS, last_seen_at=day(5)
    )
    gone = known(owner, "Ana Gone", creator_account_id=here.id, tags=["vip"], deleted_at=day(6), value_cents=900)
    stranger = await a_user(execute.database)
    await store(execute.database, here, there, ana, bo, li, eve, gone, known(stranger, "Ana", tags=["vip", "hers"]))
    return ids.encode("CreatorAccount", here.id), ids.encode("CreatorAccount", there.id)


FILTERS: list[tuple[dict[str, Any], set[str]]] = [
    ({}, {"Ana Ñandú", "Bo", "李雷", "Eve 🦊"}),
    ({"search": "ana"}, {"Ana Ñandú"}),
    ({"search": "ÑAND"}, {"Ana Ñandú"}),
    ({"search": "nandu an"}, {"Ana Ñandú"}),
    ({"search": "雷"}, {"李雷"}),
    ({"search": "李雷"}, {"李雷"}),
    ({"search": "🦊"}, {"Eve 🦊"}),
    ({"search": "@bo_the"}, {"Bo"}),
    ({"search": "li@mail.example"}, {"李雷"}),
    ({"search": "vip"}, set()),
    ({"search": "' & | ! :* \\ ("}, set()),
    ({"search": " @ "}, {"Ana Ñandú", "Bo", "李雷", "Eve 🦊"}),
    ({"search": "nobody"}, set()),
    ({"tags": []}, {"Ana Ñandú", "Bo", "李雷", "Eve 🦊"}),
    ({"tags": ["vip"]}, {"Ana Ñandú", "Bo"}),
    ({"tags": ["vip", "new"]}, {"Ana Ñandú"}),
    ({"tags": ["vi"]}, set()),
    ({"tags": ["it's \\ odd"]}, {"李雷"}),
    ({"tags": ["hers"]}, set()),
    ({"platform": "PATREON"}, {"Eve 🦊"}),
    ({"platform": "FANSLY"}, set()),
    ({"accountIds": []}, set()),
    ({"accountIds": ["here"]}, {"Ana Ñandú", "Bo"}),
    ({"accountIds": ["here", "there"]}, {"Ana Ñandú", "Bo", "Eve 🦊"}),
    ({"accountIds": ["unknown"]}, set()),
    ({"minValueCents": 50}, {"Ana Ñandú", "李雷", "Eve 🦊"}),
    ({"minValueCents": 50, "maxValueCents": 50}, {"李雷"}),
    ({"minValueCents": -MAX_CENTS, "maxValueCents": MAX_CENTS}, {"Ana Ñandú", "Bo", "李雷", "Eve 🦊"}),
    ({"minValueCents": 2, "maxValueCents": 1}, set()),
    ({"seenAfter": "2026-01-04T00:00:00Z"}, {"Bo", "Eve 🦊"}),
    ({"seenBefore": "2026-01-04T00:00:00Z"}, {"Ana Ñandú", "Bo"}),
    ({"seenAfter": "0001-01-01T00:00:00Z", "seenBefore": "9999-12-31T23:59:59Z"}, {"Ana Ñandú", "Bo", "Eve 🦊"}),
    ({"search": "an", "tags": ["vip"], "platform": "SANDBOX", "accountIds": ["here"], "minValueCents": 900,
      "maxValueCents": 900, "seenAfter": "2026-01-02T00:00:00Z", "seenBefore": "2026-01-02T00:00:00Z"}, {"Ana Ñandú"}),
]  # fmt: skip


async def test_filters_combine_freely(execute: Execute) -> None:
    here, there = await the_crowd(execute)
    named = {"here": here, "there": there, "unknown": "bm9wZQ=="}
    for given, expected in FILTERS:
        wanted = dict(given)
        if "accountIds" in wanted:
            wanted["accountIds"] = [named[each] for each in wanted["accountIds"]]
        for field in ("NAME", "LAST_SEEN_AT"):
            assert set(await names(execute, filter=wanted, orderBy={"field": field})) == expected, given
        counted = (await execute(COUNT, filter=wanted))["fans"]
        assert counted["totalCount"] == len(expected), given
        assert len(counted["nodes"]) == min(1, len(expected)), given


async def test_words_few_or_many_fans_have_are_found_far_down_the_list(execute: Execute) -> None:
    owner, often, rarely = execute.owner, range(0, 1200, 3), (5, 700, 1150)
    rows = [fan(owner, name=f"fan {n:04}", created_at=LONG_AGO + timedelta(seconds=n)) for n in range(1200)]
    for number, row in enumerate(rows):
        row.tags = [tag for tag, places in (("often", often), ("rarely", rarely)) if number in places]
        row.search = " ".join(f"'{word}'" for word in [tag_word(owner, tag) for tag in row.tags]) or None
    async with execute.database.writes() as session, session.begin():
        session.add_all(rows)
    for tag, places in (("often", often), ("rarely", rarely)):
        expected = [f"fan {n:04}" for n in sorted(places, reverse=True)]
        wanted = {"filter": {"tags": [tag]}}
        assert await names(execute, first=2, **wanted) == expected[:2]
        assert await names(execute, last=2, **wanted) == expected[-2:]
        assert await names(execute, first=100, **wanted) == expected[:100]
        assert len(execute.statements) <= 2
        assert (await execute(COUNT, **wanted))["fans"]["totalCount"] == len(expected)


async def test_the_number_of_statements_does_not_grow(execute: Execute) -> None:
    home = account(execute.owner)
    rows = [known(execute.owner, f"fan {n}", creator_account_id=home.id) for n in range(50)]
    await store(execute.database, home, *rows, *map(conversation, rows))
    for first in (1, 50):
        page = (await execute(NESTED, first=first))["fans"]
        assert len(page["nodes"]) == first
        assert all(node["account"] and node["conversation"] for node in page["nodes"])
        assert len(execute.statements) == 3, execute.statements
    await execute(NAMES, orderBy={"field": "LAST_SEEN_AT"})
    assert len(execute.statements) <= 2
    await execute(NAMES)
    assert len(execute.statements) == 1
    await execute(COUNT)
    assert [("count(" in statement) for statement in execute.statements] == [False, True]


async def test_a_cursor_of_another_order_is_refused(execute: Execute) -> None:
    await cast(execute)
    for argument in ("after", "before"):
        for field, direction in ORDERS:
            order = {"field": field, "direction": direction}
            cursor = (await execute(NAMES, first=1, orderBy=order))["fans"]["pageInfo"]["endCursor"]
            for other in ORDERS:
                if other != (field, direction):
                    wrong = {"field": other[0], "direction": other[1]}
                    error = await execute.fails(NAMES, orderBy=wrong, **{argument: cursor})
                    assert (error.extensions or {})["code"] == "BAD_USER_INPUT"
                    assert f"`{argument}`" in error.message


def cursor(*values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


KEY = str(uuid4())
FORGED = [
    ("CREATED_AT", ""), ("CREATED_AT", "x"), ("CREATED_AT", "\ud800"), ("CREATED_AT", cursor()),
    ("CREATED_AT", cursor("CREATED_AT:DESC", "2026-01-01T00:00:00+00:00", None)),
    ("CREATED_AT", cursor("CREATED_AT:DESC", None, KEY)),
    ("LAST_SEEN_AT", cursor("LAST_SEEN_AT:DESC", None, None)),
    ("CREATED_AT", cursor("CREATED_AT:DESC", "2026-01-01T00:00:00+00:00", "x")),
    ("CREATED_AT", cursor("CREATED_AT:DESC", "2026-01-01T00:00:00+00:00", KEY, KEY)),
    ("CREATED_AT", cursor("CREATED_AT:DESC", "0001-01-01T00:00:00+14:00", KEY)),
    ("CREATED_AT", cursor("CREATED_AT:DESC", "2026-01-01T00:00:00", KEY)),
    ("CREATED_AT", cursor(None, "2026-01-01T00:00:00+00:00", KEY)),
    ("VALUE_CENTS", cursor("VALUE_CENTS:DESC", 10**30, KEY)),
    ("VALUE_CENTS", cursor("VALUE_CENTS:DESC", 1.5, KEY)),
    ("VALUE_CENTS", cursor("VALUE_CENTS:DESC", True, KEY)),
    ("NAME", cursor("NAME:DESC", "a\x00", KEY)),
    ("NAME", cursor("NAME:DESC", "\ud800", KEY)),
]  # fmt: skip


async def test_forged_cursors_are_the_clients_mistake(execute: Execute) -> None:
    for field, text in FORGED:
        for argument in ("after", "before"):
            error = await execute.fails(NAMES, orderBy={"field": field}, **{argument: text})
            assert (error.extensions or {}).get("code") == "BAD_USER_INPUT", text
            assert f"`{argument}`" in error.message
        assert execute.statements == []


LONG, MANY = "x" * 10_000, ["x"] * 10_000
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"first": 1, "last": 1}, "`first` or `last`"),
    ({"first": -1}, "`first`"),
    ({"last": -1}, "`last`"),
    ({"first": 101}, "`first`"),
    ({"last": 2**31 - 1}, "`last`"),
    ({"filter": {"search": LONG}}, "`filter.search`"),
    ({"filter": {"search": "a\x00b"}}, "`filter.search`"),
    ({"filter": {"search": "\ud800"}}, "`filter.search`"),
    ({"filter": {"tags": [LONG]}}, "`filter.tags.0`"),
    ({"filter": {"tags": ["ok", "\ud800"]}}, "`filter.tags.1`"),
    ({"filter": {"tags": ["\x00"]}}, "`filter.tags.0`"),
    ({"filter": {"tags": [" "]}}, "`filter.tags.0`"),
    ({"filter": {"tags": MANY}}, "`filter.tags`"),
    ({"filter": {"accountIds": MANY}}, "`filter.accountIds`"),
]


async def test_what_is_out_of_bounds_is_named(execute: Execute) -> None:
    for given, named in REFUSED:
        error = await execute.fails(NAMES, **given)
        assert (error.extensions or {})["code"] == "BAD_USER_INPUT", named
        assert named in error.message
        assert execute.statements == []


NO_VALUES: list[dict[str, Any]] = [
    {"first": 2**31},
    {"filter": {"minValueCents": 2**53}},
    {"filter": {"maxValueCents": 1.5}},
    {"filter": {"seenAfter": "yesterday"}},
    {"filter": {"seenBefore": "10000-01-01T00:00:00Z"}},
    {"filter": {"seenAfter": "0001-01-01T00:00:00+14:00"}},
    {"filter": {"platform": "MYSPACE"}},
    {"orderBy": {"field": "SHOE_SIZE"}},
]


async def test_what_no_type_has_is_refused_before_anything_is_asked(execute: Execute) -> None:
    for given in NO_VALUES:
        error = await execute.fails(NAMES, **given)
        assert f"${next(iter(given))}" in error.message
        assert execute.statements == []


async def test_tags_are_counted_the_most_used_first(execute: Execute) -> None:
    await the_crowd(execute)
    await store(execute.database, known(execute.owner, "Zed", tags=["Élite", "new"]))
    assert [tuple(each.values()) for each in (await execute(TAGS))["fanTags"]] == [
        ("new", 2), ("vip", 2), ("it's \\ odd", 1), ("Élite", 1),
    ]  # fmt: skip
    assert len(execute.statements) == 1
    assert (await execute(TAGS, first=1))["fanTags"] == [{"tag": "new", "fans": 2}]
    assert (await execute(TAGS, search="eLIT"))["fanTags"] == [{"tag": "Élite", "fans": 1}]
    assert (await execute(TAGS, search="%"))["fanTags"] == []
    assert (await execute(TAGS, first=0))["fanTags"] == []


NO_TAGS: list[tuple[dict[str, Any], str]] = [
    ({"first": -1}, "`first`"),
    ({"first": 101}, "`first`"),
    ({"search": "\ud800"}, "`search`"),
    ({"search": "\x00"}, "`search`"),
    ({"search": LONG}, "`search`"),
]


async def test_tags_are_bounded_too(execute: Execute) -> None:
    for given, named in NO_TAGS:
        error = await execute.fails(TAGS, **given)
        assert (error.extensions or {})["code"] == "BAD_USER_INPUT"
        assert named in error.message
        assert execute.statements == []
