"""Parameters of an operation out of bytes: either they are right, or it is said what is wrong; nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolvers.transport.parameters import DEEPEST, Malformed, Parameters, decode, of_body, of_object, of_query

QUERY = "{ viewer { id } }"
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)
quietly = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
NAMED_JSON = st.dictionaries(st.sampled_from(["query", "variables", "operationName", "extensions", "id"]), ANY_JSON)


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


def test_everything_is_read() -> None:
    given = {"query": QUERY, "variables": {"a": [1, None]}, "operationName": "A", "extensions": {"b": 1.5}, "more": 1}
    assert of_body(json.dumps(given).encode()) == Parameters(QUERY, {"a": [1, None]}, "A", {"b": 1.5})


def test_null_is_as_good_as_nothing() -> None:
    given = {"query": QUERY, "variables": None, "operationName": None, "extensions": None}
    assert of_object(given) == Parameters(QUERY)


def test_a_query_string_carries_json_for_what_is_an_object() -> None:
    given = {"query": QUERY, "variables": '{"a":1}', "extensions": "", "operationName": "A", "id": "7"}
    assert of_query(given) == Parameters(QUERY, {"a": 1}, "A")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "This is not JSON."),
        (b"{", "This is not JSON."),
        (b"\xff\xfe{}", "The body is not UTF-8."),
        (b'{"query": "\xe9"}', "The body is not UTF-8."),
        ('{"query": "{a}"}'.encode("utf-16"), "The body is not UTF-8."),
        (b'[{"query": "{a}"}]', "Batching is off: send one operation at a time."),
        (b"[]", "Batching is off: send one operation at a time."),
        (b"null", "The body is not a JSON object."),
        (b"5", "The body is not a JSON object."),
        (b'"{a}"', "The body is not a JSON object."),
        (b"true", "The body is not a JSON object."),
        (b"{}", "`query` must be a text with an operation."),
        (b'{"query": ""}', "`query` must be a text with an operation."),
        (b'{"query": 5}', "`query` must be a text with an operation."),
        (b'{"query": "{a}", "variables": []}', "`variables` must be an object or null."),
        (b'{"query": "{a}", "variables": "{}"}', "`variables` must be an object or null."),
        (b'{"query": "{a}", "extensions": 0}', "`extensions` must be an object or null."),
        (b'{"query": "{a}", "operationName": false}', "`operationName` must be a text or null."),
        (b'{"query": "{a}", "variables": {"a": NaN}}', "This is not JSON."),
        (b'{"query": "{a}", "variables": {"a": 1e999}}', "This is not JSON."),
        (b'{"query": "{a}", "variables": {"a": ' + b"9" * 5000 + b"}}", "This is not JSON."),
        (nested(100_000).encode(), "This is not JSON."),
        (nested(DEEPEST + 1).encode(), f"The JSON is nested more than {DEEPEST} levels deep."),
        (b'{"a":' * 100_000, "This is not JSON."),
    ],
)
def test_what_is_wrong_is_said(body: bytes, message: str) -> None:
    with pytest.raises(Malformed) as caught:
        of_body(body)
    assert str(caught.value) == message


def test_the_deepest_that_is_allowed_is_read() -> None:
    assert decode(nested(DEEPEST)) is not None


@quietly
@given(NAMED_JSON | ANY_JSON)
def test_any_json_is_read_or_refused(value: Any) -> None:
    try:
        found = of_body(json.dumps(value).encode())
    except Malformed:
        return
    assert isinstance(found.query, str)
    assert found.variables is None or isinstance(found.variables, dict)


@quietly
@given(st.binary())
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        of_body(body)
    except Malformed:
        return
