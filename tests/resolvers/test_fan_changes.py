"""`createFan` and `updateFan`: what is stored, what is told, and what is refused without a trace."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from db.models import Fan, LiveEvent
from schema import ids
from tests.resolvers.in_process import Execute
from tests.stored import a_user, account, conversation, fan, reading, store

FIELDS = "id version name handle email avatar platformFanId tags notes valueCents lastSeenAt deletedAt"
ERRORS = "errors { __typename code message path ... on InvalidInput { rule limit } }"
CREATE = f"mutation ($input: CreateFanInput!) {{ createFan(input: $input) {{ fan {{ {FIELDS} }} {ERRORS} }} }}"
UPDATE = f"mutation ($input: UpdateFanInput!) {{ updateFan(input: $input) {{ fan {{ {FIELDS} }} {ERRORS} }} }}"
SEARCH = (
    "query ($filter: FanFilter) { fans(filter: $filter, orderBy: {field: NAME, direction: ASC}) { nodes { name } } }"
)

FULL: dict[str, Any] = {
    "name": " Robin Ñandú ",
    "handle": "Robin",
    "email": "robin@mail.example",
    "avatar": "https://pics.example/robin.png",
    "platform": "SANDBOX",
    "platformFanId": "77",
    "tags": ["vip", " new ", "vip"],
    "notes": "likes tea",
    "valueCents": 1234,
    "lastSeenAt": "2026-11-01T12:00:00.000Z",
}
SHOWN = {
    **{name: value for name, value in FULL.items() if name != "platform"},
    "name": "Robin Ñandú",
    "handle": "@Robin",
    "tags": ["vip", "new"],
    "deletedAt": None,
}


async def create(execute: Execute, **given: Any) -> dict[str, Any]:
    answer = (await execute(CREATE, input={"platform": "SANDBOX", "name": "Robin"} | given))["createFan"]
    assert answer["errors"] == []
    found: dict[str, Any] = answer["fan"]
    return found


async def update(execute: Execute, key: str, **given: Any) -> dict[str, Any]:
    answer: dict[str, Any] = (await execute(UPDATE, input={"id": key} | given))["updateFan"]
    return answer


async def found(execute: Execute, **wanted: Any) -> list[str]:
    return [node["name"] for node in (await execute(SEARCH, filter=wanted))["fans"]["nodes"]]


async def events(execute: Execute) -> list[tuple[str, UUID | None, UUID | None]]:
    query = select(LiveEvent).where(LiveEvent.user_id == execute.owner).order_by(LiveEvent.sequence)
    rows = (await reading(execute.database, lambda session: session.scalars(query))).all()
    return [(row.kind, row.fan_id, row.conversation_id) for row in rows]


async def test_a_fan_is_stored_as_given_and_found_by_it(execute: Execute) -> None:
    await store(execute.database, account(execute.owner))
    made = await create(execute, **FULL)
    assert {name: made[name] for name in SHOWN} == SHOWN
    assert made["version"] == 1
    for wanted in ({"search": "nandu"}, {"search": "@robin"}, {"search": "robin@mail"}, {"tags": ["vip", "new"]}):
        assert await found(execute, **wanted) == ["Robin Ñandú"]
    assert [kind for kind, *_ in await events(execute)] == ["fan_updated"]


async def test_what_is_absent_stays_and_null_clears(execute: Execute) -> None:
    await store(execute.database, account(execute.owner))
    made = await create(execute, **FULL)

    answer = await update(execute, made["id"], name="Zoë")
    assert answer["errors"] == []
    assert answer["fan"] == {**made, "name": "Zoë", "version": 2}
    assert await found(execute, search="robin nandu") == []
    assert await found(execute, search="zoe") == ["Zoë"]

    cleared = ("handle", "email", "avatar", "platformFanId", "tags", "notes", "valueCents", "lastSeenAt")
    answer = await update(execute, made["id"], **dict.fromkeys(cleared))
    assert answer["errors"] == []
    empty: dict[str, Any] = {**dict.fromkeys(cleared), "tags": [], "valueCents": 0}
    assert answer["fan"] == {**made, **empty, "name": "Zoë", "version": 3}
    assert await found(execute, search="robin") == []
    assert await found(execute, tags=["vip"]) == []
    assert await found(execute, search="zoe") == ["Zoë"]

    answer = await update(execute, made["id"], name=None)
    assert [(error["code"], error["path"], error["rule"]) for error in answer["errors"]] == [
        ("INVALID_INPUT", ["input", "name"], "required")
    ]


async def test_tags_are_added_and_removed(execute: Execute) -> None:
    made = await create(execute, tags=["a", "b"])
    steps: list[tuple[dict[str, Any], list[str]]] = [
        ({"addTags": ["c", "a", " d "]}, ["a", "b", "c", "d"]),
        ({"removeTags": ["b", "none"]}, ["a", "c", "d"]),
        ({"addTags": ["e"], "removeTags": ["a", "e"]}, ["c", "d"]),
        ({"tags": ["x", "y"], "addTags": ["z"], "removeTags": ["x"]}, ["y", "z"]),
        ({"tags": None, "addTags": ["one"]}, ["one"]),
        ({"addTags": None, "removeTags": None}, ["one"]),
    ]
    for given, expected in steps:
        assert (await update(execute, made["id"], **given))["fan"]["tags"] == expected, given
        assert await found(execute, tags=expected) == ["Robin"]
    assert await found(execute, tags=["y"]) == []

    full = [f"t{n}" for n in range(50)]
    await update(execute, made["id"], tags=full)
    answer = await update(execute, made["id"], addTags=["one more"])
    assert [(error["path"], error["rule"], error["limit"]) for error in answer["errors"]] == [
        (["input", "addTags"], "max_items", 50)
    ]
    assert await found(execute, tags=full) == ["Robin"]


async def test_a_change_that_changes_nothing_is_none(execute: Execute) -> None:
    made = await create(execute, **{name: value for name, value in FULL.items() if name != "platformFanId"})
    before = await events(execute)
    answer = await update(
        execute, made["id"], name="Robin Ñandú", handle="@Robin", tags=["vip", "new"], addTags=["vip"]
    )
    assert (answer["fan"], answer["errors"]) == (made, [])
    assert await events(execute) == before


async def test_the_version_that_was_edited_is_asked_for(execute: Execute) -> None:
    made = await create(execute)
    assert (await update(execute, made["id"], expectedVersion=1, notes="mine"))["fan"]["version"] == 2
    answer = await update(execute, made["id"], expectedVersion=1, notes="hers")
    assert [(error["code"], error["path"]) for error in answer["errors"]] == [
        ("CONFLICT", ["input", "expectedVersion"])
    ]
    assert (await update(execute, made["id"]))["fan"]["notes"] == "mine"


async def test_a_change_is_told_with_the_conversation(execute: Execute) -> None:
    row = fan(execute.owner)
    talk = conversation(row)
    await store(execute.database, row, talk)
    await update(execute, ids.encode("Fan", row.id), notes="x")
    assert await events(execute) == [("fan_updated", row.id, talk.id)]


async def test_nobody_takes_anothers_handle_or_platform_id(execute: Execute) -> None:
    await store(execute.database, account(execute.owner))
    await create(execute, handle="@Robin", platformFanId="77")
    kim = await create(execute, name="Kim", handle="kim")
    taken = {"handle": " @rObIn", "platformFanId": "77"}
    for field, value in taken.items():
        answers = [
            await update(execute, kim["id"], **{field: value}, notes="not stored"),
            (await execute(CREATE, input={"name": "New", "platform": "SANDBOX", field: value}))["createFan"],
        ]
        for answer in answers:
            assert answer["fan"] is None
            assert [(error["code"], error["path"]) for error in answer["errors"]] == [("CONFLICT", ["input", field])]
    assert (await update(execute, kim["id"]))["fan"] == kim
    assert (await update(execute, kim["id"], handle="KIM"))["errors"] == []
    assert await found(execute) == ["Kim", "Robin"]


async def test_adding_a_deleted_fan_brings_her_back(execute: Execute) -> None:
    await store(execute.database, account(execute.owner))
    made = await create(execute, **FULL)
    key = ids.decode("Fan", made["id"])
    await execute.resources.fans.delete(execute.owner, key)
    back = await create(execute, name="Robin again", handle="ROBIN", notes="new notes")
    assert back["id"] == made["id"]
    expected = {**made, "name": "Robin again", "handle": "@ROBIN", "notes": "new notes", "version": 3}
    assert back == expected
    assert await found(execute, search="again", tags=["vip"]) == ["Robin again"]

    await execute.resources.fans.delete(execute.owner, key)
    answer = (await execute(CREATE, input={**FULL, "platformFanId": "78"}))["createFan"]
    assert [(error["code"], error["path"]) for error in answer["errors"]] == [("CONFLICT", ["input", "handle"])]
    await execute.resources.fans.erase(execute.owner, key)
    assert (await create(execute, **FULL))["id"] != made["id"]


async def test_strangers_and_what_is_gone_are_not_found(execute: Execute) -> None:
    stranger = await a_user(execute.database)
    hers, gone = fan(stranger), fan(execute.owner)
    await store(execute.database, hers, gone)
    await execute.resources.fans.delete(execute.owner, gone.id)
    wrong_kind = ids.encode("Message", gone.id)
    for key in (ids.encode("Fan", hers.id), ids.encode("Fan", gone.id), wrong_kind, "", "nonsense", "\ud800", "\x00"):
        answer = await update(execute, key, name="Mine")
        assert answer == {
            "fan": None,
            "errors": [
                {"__typename": "OperationError", "code": "NOT_FOUND", "message": "There is no such fan.",
                 "path": ["input", "id"]}
            ],
        }  # fmt: skip
    assert (await reading(execute.database, lambda session: session.get(Fan, (stranger, hers.id)))).name == "Robin"  # type: ignore[union-attr]


LONG, MANY = "x" * 10_000, [f"t{n}" for n in range(10_000)]
BAD: list[tuple[str, Any, list[str], str]] = [
    ("name", "", [], "required"),
    ("name", " \n", [], "required"),
    ("name", "x" * 201, [], "max_length"),
    ("name", "a\x00", [], "characters"),
    ("name", "\ud800", [], "characters"),
    ("handle", "@", [], "required"),
    ("handle", "x" * 101, [], "max_length"),
    ("handle", "\udfff", [], "characters"),
    ("email", "nobody", [], "email"),
    ("email", "", [], "required"),
    ("email", "a@b@c.de", [], "email"),
    ("email", "\x00@mail.example", [], "characters"),
    ("email", f"{'x' * 400}@mail.example", [], "max_length"),
    ("avatar", "javascript:alert(1)", [], "http_url"),
    ("avatar", "//pics.example/a.png", [], "http_url"),
    ("avatar", "https://", [], "http_url"),
    ("avatar", f"https://pics.example/{'x' * 3000}", [], "max_length"),
    ("platformFanId", "", [], "required"),
    ("platformFanId", "x" * 256, [], "max_length"),
    ("platformFanId", "7\x00", [], "characters"),
    ("tags", [LONG], ["0"], "max_length"),
    ("tags", ["ok", "\ud800"], ["1"], "characters"),
    ("tags", ["ok", "a\x00b"], ["1"], "characters"),
    ("tags", [""], ["0"], "required"),
    ("tags", MANY, [], "max_items"),
    ("notes", "x" * 10_001, [], "max_length"),
    ("notes", "\x00", [], "characters"),
    ("valueCents", -1, [], "min"),
    ("lastSeenAt", "1969-12-31T23:59:59Z", [], "date_range"),
    ("lastSeenAt", "9999-12-31T23:59:59Z", [], "date_range"),
]
NO_VALUES: list[tuple[str, Any]] = [
    ("valueCents", 2**53),
    ("valueCents", 0.5),
    ("valueCents", "12"),
    ("lastSeenAt", "tomorrow"),
    ("lastSeenAt", "2026-02-30T00:00:00Z"),
    ("lastSeenAt", "10000-01-01T00:00:00Z"),
    ("expectedVersion", 2**31),
]


async def test_what_breaks_a_rule_is_named_and_stored_nowhere(execute: Execute) -> None:
    made = await create(execute)
    for field, value, below, rule in BAD:
        created = (await execute(CREATE, input={"name": "Kim", "platform": "SANDBOX", field: value}))["createFan"]
        for answer in (created, await update(execute, made["id"], **{field: value})):
            assert answer["fan"] is None
            told = [(error["code"], error["path"], error["rule"]) for error in answer["errors"][:1]]
            assert told == [("INVALID_INPUT", ["input", field, *below], rule)], field
            assert str(value)[:20] not in answer["errors"][0]["message"] or not str(value).strip()
    for field, value, below, rule in [("addTags", MANY, [], "max_items"), ("removeTags", [LONG], ["0"], "max_length")]:
        answer = await update(execute, made["id"], **{field: value})
        named = [(error["path"], error["rule"]) for error in answer["errors"]]
        assert named == [(["input", field, *below], rule)]
    for field, value in NO_VALUES:
        error = await execute.fails(UPDATE, input={"id": made["id"], field: value})
        assert "$input" in error.message
        assert field in error.message
    assert (await update(execute, made["id"]))["fan"] == made
    assert await found(execute) == ["Robin"]
    assert [kind for kind, *_ in await events(execute)] == ["fan_updated"]
