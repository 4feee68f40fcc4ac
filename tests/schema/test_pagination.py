from __future__ import annotations

import base64
import contextlib
import json
from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as st

from db.queries.keyset import Page, Window
from schema.pagination import Connection, connect, read_cursor, window, write_cursor

KEY, OTHER_KEY = UUID(int=1), UUID(int=2)
MOMENT = datetime(2026, 11, 30, 18, 0, 0, 123_456, UTC)
KINDS = (datetime, UUID)
CURSOR = write_cursor((MOMENT, KEY))

zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(timezones=zones).filter(lambda moment: 1 < moment.year < 9999)
names = st.text(st.characters(codec="utf-8", exclude_characters="\x00"))
storable = st.sampled_from(
    [(datetime, moments), (int, st.integers(-(2**63), 2**63 - 1)), (str, names), (UUID, st.uuids())]
)
keys = st.lists(storable.flatmap(lambda pair: st.tuples(st.just(pair[0]), st.none() | pair[1])), max_size=3)
json_values = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=6)


def encoded(values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


@given(keys)
def test_a_cursor_reads_what_it_wrote(columns: list[tuple[type, Any]]) -> None:
    position = tuple(value for _, value in columns)

    assert read_cursor(write_cursor(position), [kind for kind, _ in columns], "after") == position


@pytest.mark.parametrize(
    "text",
    [
        "", "x", "é", "\ud800", "====", "W10", base64.urlsafe_b64encode(b"\xff").decode(), encoded([]),
        encoded({}), encoded("a"), encoded([MOMENT.isoformat()]), encoded([MOMENT.isoformat(), str(KEY), 1]),
        encoded(["2026-11-30T18:00:00", str(KEY)]), encoded(["now", str(KEY)]), encoded([5, str(KEY)]),
        encoded([MOMENT.isoformat(), 5]), encoded([MOMENT.isoformat(), ["a"]]), encoded([MOMENT.isoformat(), "5"]),
        encoded([MOMENT.isoformat(), True]), encoded([str(KEY), MOMENT.isoformat()]),
        encoded(["0001-01-01T00:00:00+14:00", str(KEY)]), encoded(["9999-12-31T23:59:59-14:00", str(KEY)]),
        base64.urlsafe_b64encode(b"[" * 100_000).decode(),
    ],
)  # fmt: skip
def test_what_is_no_cursor_of_the_list_is_bad_input(text: str) -> None:
    with pytest.raises(GraphQLError, match="`after` is not a cursor of this list") as caught:
        read_cursor(text, KINDS, "after")

    assert caught.value.extensions == {"code": "BAD_USER_INPUT"}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (int, 2**63), (int, -(2**63) - 1), (int, 1.5), (int, "5"), (int, True), (str, 5), (str, "a\x00"),
        (str, "\ud800"), (str, ["a"]),
    ],
)  # fmt: skip
def test_a_value_the_database_would_refuse_is_bad_input(kind: type, value: object) -> None:
    with pytest.raises(GraphQLError, match="not a cursor"):
        read_cursor(encoded([value, str(KEY)]), (kind, UUID), "before")


@given(json_values | st.lists(json_values, min_size=2, max_size=2), st.sampled_from([datetime, int, str, UUID]))
def test_no_json_raises_anything_else(values: Any, kind: type) -> None:
    with contextlib.suppress(GraphQLError):
        assert len(read_cursor(encoded(values), (kind, UUID), "after")) == 2


@given(st.text())
def test_no_text_raises_anything_else(text: str) -> None:
    with pytest.raises(GraphQLError, match="not a cursor"):
        read_cursor(text, KINDS, "after")


@pytest.mark.parametrize(
    ("arguments", "backwards", "expected"),
    [
        ((None, None, None, None), False, Window(50)),
        ((None, None, None, None), True, Window(50, backwards=True)),
        ((10, None, None, None), True, Window(10)),
        ((0, None, None, None), False, Window(0)),
        ((100, CURSOR, None, None), False, Window(100, after=(MOMENT, KEY))),
        ((None, CURSOR, None, None), True, Window(50, after=(MOMENT, KEY))),
        ((None, None, None, CURSOR), True, Window(50, before=(MOMENT, KEY), backwards=True)),
        ((None, None, None, CURSOR), False, Window(50, before=(MOMENT, KEY))),
        ((None, None, 5, CURSOR), False, Window(5, before=(MOMENT, KEY), backwards=True)),
        ((None, None, 0, None), False, Window(0, backwards=True)),
        ((5, CURSOR, None, CURSOR), False, Window(5, after=(MOMENT, KEY), before=(MOMENT, KEY))),
    ],
)
def test_which_part_of_the_list(arguments: tuple[Any, Any, Any, Any], backwards: bool, expected: Window) -> None:
    assert window(*arguments, usual=50, kinds=KINDS, backwards=backwards) == expected


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((1, None, 1, None), "not both"),
        ((0, None, 0, None), "not both"),
        ((-1, None, None, None), "`first` must be from 0 to 100"),
        ((101, None, None, None), "`first` must be from 0 to 100"),
        ((None, None, -1, None), "`last` must be from 0 to 100"),
        ((None, None, 101, None), "`last` must be from 0 to 100"),
        ((1, "x", None, None), "`after` is not a cursor"),
        ((None, None, 1, "x"), "`before` is not a cursor"),
    ],
)
def test_which_part_is_no_part(arguments: tuple[Any, Any, Any, Any], words: str) -> None:
    with pytest.raises(GraphQLError, match=words) as caught:
        window(*arguments, usual=50, kinds=KINDS)

    assert caught.value.extensions == {"code": "BAD_USER_INPUT"}


async def no_count() -> int:
    raise AssertionError("nobody asked for the length")


async def shown(rows: list[UUID], **more: bool) -> Connection[str]:
    page: Page[Any] = Page(
        [SimpleNamespace(id=row) for row in rows],
        [(MOMENT, row) for row in rows],
        has_next=more.get("has_next", False),
        has_previous=more.get("has_previous", False),
    )
    return connect(page, lambda row: f"shown {row.id.int}", no_count)


async def test_a_page_becomes_a_connection_and_counts_nothing_by_itself() -> None:
    connection = await shown([KEY, OTHER_KEY], has_next=True)

    assert connection.nodes == ["shown 1", "shown 2"]
    assert [(edge.node, edge.cursor) for edge in connection.edges] == [
        ("shown 1", CURSOR),
        ("shown 2", write_cursor((MOMENT, OTHER_KEY))),
    ]
    page_info = connection.page_info
    assert (page_info.has_next_page, page_info.has_previous_page) == (True, False)
    assert (page_info.start_cursor, page_info.end_cursor) == (CURSOR, connection.edges[1].cursor)


async def test_an_empty_page_has_no_cursors() -> None:
    connection = await shown([], has_previous=True)

    assert (connection.nodes, connection.edges) == ([], [])
    assert (connection.page_info.start_cursor, connection.page_info.end_cursor) == (None, None)
    assert connection.page_info.has_previous_page is True
