from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services import rules
from services.problems import InvalidInput

PATH = ("input", "field")
NOW = datetime(2026, 11, 30, 18, tzinfo=UTC)

any_text = st.text(st.characters(codec=None), max_size=40)


def broken(problems: Iterable[InvalidInput]) -> list[tuple[str, int | None]]:
    """The rules that are broken, each with its limit; all problems name the field."""
    found = list(problems)
    assert {problem.path for problem in found} <= {PATH}
    assert all(problem.code == "INVALID_INPUT" and problem.message for problem in found)
    return [(problem.rule, problem.limit) for problem in found]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a", []),
        ("🙂" * 5, []),
        ("é" * 6, [("max_length", 5)]),
        (" a ", []),
        ("", [("required", None)]),
        (" \n\u00a0\u2003", [("required", None)]),
        ("a\x00", [("characters", None)]),
        ("\ud83d", [("characters", None)]),
        ("\x00" * 9, [("characters", None)]),
    ],
)
def test_text(value: str, expected: list[Any]) -> None:
    assert broken(rules.text(value, PATH, longest=5)) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, []), ("", []), ("  ", []), ("abcdef", [("max_length", 5)]), ("a\x00", [("characters", None)])],
)
def test_optional_text(value: str | None, expected: list[Any]) -> None:
    assert broken(rules.optional_text(value, PATH, longest=5)) == expected


@pytest.mark.parametrize(
    "value",
    [
        "http://example.com", "https://example.com/a?b=c#d", "HTTPS://EXAMPLE.COM/", "https://user:word@example.com:8443/",
        "http://[::1]:80/", "http://1.2.3.4", "https://ümläut.example/é", "https://e.com/" + "a" * 2034,
    ],
)  # fmt: skip
def test_an_absolute_web_address(value: str) -> None:
    assert broken(rules.url(value, PATH)) == []


@pytest.mark.parametrize(
    "value",
    [
        "example.com", "//example.com", "/a", "http:", "http://", "http:example.com", "http:///a", "http://:80/",
        "http://a@/", "http://?a", "ftp://example.com", "javascript:alert(1)", "data:image/png;base64,AAAA",
        "file:///etc/passwd", "http://example.com:0/", "http://example.com:99999/", "http://example.com:x/",
        "http://example.com:٨٠/", "http://[::1", "http://exa mple.com", "http://example.com\n", " http://example.com",
        "http://example.com\\@other.example/", "http://example.com/\ta", "http://e.com/\u2028",
    ],
)  # fmt: skip
def test_no_absolute_web_address(value: str) -> None:
    assert broken(rules.url(value, PATH)) == [("http_url", None)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("https://e.com/" + "a" * 2035, [("max_length", 2048)]),
        ("", [("required", None)]),
        ("http://e.com/\x00", [("characters", None)]),
    ],
)
def test_an_address_is_a_text_first(value: str, expected: list[Any]) -> None:
    assert broken(rules.url(value, PATH)) == expected


@pytest.mark.parametrize("value", ["a@b.co", "a.b+c@d-e.example.org", "é@ü.example", "a'b@c.d"])
def test_an_address_for_mail(value: str) -> None:
    assert broken(rules.email(value, PATH)) == []


@pytest.mark.parametrize(
    "value", ["a", "a@b", "@b.co", "a@", "a@b.", "a@.b", "a@b..c", "a@b@c.d", "a b@c.d", "a@b.c\n", " a@b.c", "a@b .c"]
)
def test_no_address_for_mail(value: str) -> None:
    assert broken(rules.email(value, PATH)) == [("email", None)]


def test_an_address_for_mail_has_an_end() -> None:
    assert broken(rules.email("a" * 315 + "@b.co", PATH)) == []
    assert broken(rules.email("a" * 316 + "@b.co", PATH)) == [("max_length", 320)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, [("min", 1)]), (1, []), (10, []), (11, [("max", 10)]), (-(2**70), [("min", 1)]), (2**70, [("max", 10)])],
)
def test_between(value: int, expected: list[Any]) -> None:
    assert broken(rules.between(value, PATH, 1, 10)) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, []), (0, []), (-1, [("min", 0)]), (2**53 - 1, []), (2**53, [("max", 2**53 - 1)])],
)
def test_cents(value: int | None, expected: list[Any]) -> None:
    assert broken(rules.cents(value, PATH)) == expected


@pytest.mark.parametrize(("count", "expected"), [(0, []), (3, []), (4, [("max_items", 3)])])
def test_at_most(count: int, expected: list[Any]) -> None:
    assert broken(rules.at_most([None] * count, PATH, 3)) == expected


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [
        (timedelta(0), []),
        (timedelta(days=366), []),
        (timedelta(microseconds=-1), [("future", None)]),
        (timedelta(days=366, microseconds=1), [("max_days_ahead", 366)]),
    ],
)
def test_a_schedule(ahead: timedelta, expected: list[Any]) -> None:
    assert broken(rules.schedule(NOW + ahead, PATH, NOW)) == expected


def test_no_schedule() -> None:
    assert broken(rules.schedule(None, PATH, NOW)) == []


def nested(levels: int) -> Any:
    value: Any = "deep"
    for _ in range(levels):
        value = {"a": value}
    return value


def listed(levels: int) -> dict[str, Any]:
    value: Any = []
    for _ in range(levels - 2):
        value = [value]
    return {"a": value}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, []),
        ({}, []),
        ({"a": [1, 2.5, None, True, {"b": "ü🙂"}]}, []),
        ({"a": "b" * 4087}, []),
        ({"a": "b" * 4088}, [("max_bytes", 4096)]),
        ({"a": "é" * 2044}, [("max_bytes", 4096)]),
        ([], [("object", None)]),
        ("{}", [("object", None)]),
        (5, [("object", None)]),
        ({"a": float("nan")}, [("json", None)]),
        ({"a": float("inf")}, [("json", None)]),
        ({"a": "\x00"}, [("characters", None)]),
        ({"\x00": 1}, [("characters", None)]),
        ({"a": "\ud800"}, [("characters", None)]),
        ({"a": "\\\x00"}, [("characters", None)]),
        ({"a": "a pattern: \\u0000"}, []),
        ({"a": "\\\\u0000"}, []),
        (nested(32), []),
        (nested(33), [("max_depth", 32)]),
        (listed(32), []),
        (listed(33), [("max_depth", 32)]),
        (nested(500), [("max_depth", 32)]),
        (nested(100_000), [("json", None)]),
    ],
    ids=range(23),
)
def test_metadata(value: Any, expected: list[Any]) -> None:
    assert broken(rules.metadata(value, PATH)) == expected


@settings(max_examples=50)
@given(st.dictionaries(any_text, st.recursive(any_text | st.integers() | st.floats(), st.lists, max_leaves=5)))
def test_metadata_that_passes_can_be_stored(value: dict[str, Any]) -> None:
    if not broken(rules.metadata(value, PATH)):
        encoded = json.dumps(value, ensure_ascii=False, allow_nan=False)
        assert len(encoded.encode()) <= 4096
        assert "\x00" not in str(value)


@given(any_text)
def test_no_text_is_more_than_a_problem(value: str) -> None:
    for rule in (rules.url, rules.email):
        assert len(broken(rule(value, PATH))) <= 1
