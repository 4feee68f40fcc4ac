"""Parameters of an operation out of bytes: either they are right, or it is said what is wrong; nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolvers.transport import parameters
from resolvers.transport.parameters import (
    DEEPEST,
    MOST_VALUES,
    Malformed,
    Parameters,
    decode,
    of_body,
    of_object,
    of_query,
)

QUERY = "{ viewer { id } }"
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)
quietly = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
NAMED_JSON = st.dictionaries(st.sampled_from(["query", "variables", "operationName", "extensions", "id"]), ANY_JSON)


TOO_MANY = f"The JSON holds more than {MOST_VALUES:,} values."


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


def request_of(values: int, query: str = QUERY) -> dict[str, Any]:
    """A request that holds so many, most of them in one list of its variables."""
    return {"query": query, "variables": {"ids": [0] * (values - 3)}}


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


@pytest.mark.parametrize(
    "just",
    [
        json.dumps([0] * MOST_VALUES),
        json.dumps({f"k{n}": 0 for n in range(MOST_VALUES)}),
        json.dumps([[[]] * 9] * (MOST_VALUES // 10)),
        json.dumps([{"type": "FILE"}] * (MOST_VALUES // 2)),
        json.dumps([[0] * 99] * (MOST_VALUES // 100)),
        json.dumps(request_of(MOST_VALUES)),
    ],
    ids=["list", "object", "lists", "attachments", "spread out", "variables"],
)
def test_so_many_values_and_not_one_more(just: str) -> None:
    decode(just)
    more = "[0, " + just.removeprefix("[") if just.startswith("[") else '{"more": 0, ' + just.removeprefix("{")
    with pytest.raises(Malformed, match=TOO_MANY):
        decode(more)


def test_what_is_too_much_is_not_walked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A quarter of a million lists in one: their number is enough."""
    looked_at, held = [], parameters._held

    def note(value: object) -> Iterable[object]:
        looked_at.append(value)
        return held(value)

    monkeypatch.setattr(parameters, "_held", note)
    with pytest.raises(Malformed, match=TOO_MANY):
        decode(json.dumps({"variables": {"ids": [[]] * 250_000}}))
    assert len(looked_at) == 2


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
