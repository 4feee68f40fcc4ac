from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.platforms.interface import Media, OutgoingMessage
from services.sending.outgoing import SendRequest, problems

NOW = datetime(2026, 11, 30, 18, tzinfo=UTC)
FAN, TALK, LAST = UUID(int=1), UUID(int=2), UUID(int=3)
PICTURE = Media("IMAGE", "https://e.com/a.jpg", None)
KNOWN = Media("VIDEO", None, "m1", preview=True)
FULL = SendRequest(
    text="Hello",
    fan_id=FAN,
    price_cents=500,
    attachments=(PICTURE, KNOWN),
    priority=7,
    scheduled_at=NOW + timedelta(hours=1),
    sent_by_ai=True,
    metadata={"a": {"b": [1]}},
    expected_last_message_id=LAST,
    idempotency_key="key",
)


def broken(request: SendRequest) -> list[tuple[str, str, int | None]]:
    """Field, rule and bound of each problem."""
    return [(".".join(each.path or ()), each.rule, each.limit) for each in problems(request, NOW)]


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"fan_id": None, "conversation_id": TALK},
        {"text": "a"},
        {"text": "🙂" * 5000},
        {"price_cents": None},
        {"price_cents": 0},
        {"priority": 1},
        {"priority": 10},
        {"priority": None},
        {"attachments": ()},
        {"attachments": (PICTURE,) * 20},
        {"scheduled_at": None},
        {"metadata": None},
        {"idempotency_key": None},
        {"idempotency_key": "k" * 255},
    ],
)
def test_a_request_that_keeps_the_rules(values: dict[str, Any]) -> None:
    assert broken(replace(FULL, **values)) == []


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"fan_id": None}, [("input", "exactly_one", None)]),
        ({"conversation_id": TALK}, [("input", "exactly_one", None)]),
        ({"text": ""}, [("input.text", "required", None)]),
        ({"text": " \n"}, [("input.text", "required", None)]),
        ({"text": "a" * 5001}, [("input.text", "max_length", 5000)]),
        ({"text": "a\x00"}, [("input.text", "characters", None)]),
        ({"price_cents": -1}, [("input.priceCents", "min", 0)]),
        ({"price_cents": 2**53}, [("input.priceCents", "max", 2**53 - 1)]),
        ({"priority": 0}, [("input.priority", "min", 1)]),
        ({"priority": 11}, [("input.priority", "max", 10)]),
        ({"attachments": (PICTURE,) * 21}, [("input.attachments", "max_items", 20)]),
        (
            {"attachments": (PICTURE, Media("IMAGE", None, None), Media("IMAGE", "https://e.com/", "m1"))},
            [("input.attachments.1", "exactly_one", None), ("input.attachments.2", "exactly_one", None)],
        ),
        ({"attachments": (Media("IMAGE", "e.com/a", None),)}, [("input.attachments.0.url", "http_url", None)]),
        ({"attachments": (Media("IMAGE", None, ""),)}, [("input.attachments.0.platformMediaId", "required", None)]),
        (
            {"attachments": (Media("IMAGE", None, "m" * 256),)},
            [("input.attachments.0.platformMediaId", "max_length", 255)],
        ),
        ({"scheduled_at": NOW - timedelta(seconds=1)}, [("input.scheduledAt", "future", None)]),
        ({"scheduled_at": NOW + timedelta(days=367)}, [("input.scheduledAt", "max_days_ahead", 366)]),
        ({"metadata": [1]}, [("input.metadata", "object", None)]),
        ({"idempotency_key": ""}, [("input.idempotencyKey", "required", None)]),
        ({"idempotency_key": "k" * 256}, [("input.idempotencyKey", "max_length", 255)]),
    ],
)
def test_each_broken_rule_names_its_field(values: dict[str, Any], expected: list[Any]) -> None:
    assert broken(replace(FULL, **values)) == expected


def test_everything_that_is_wrong_is_said_at_once() -> None:
    request = SendRequest("", priority=11, price_cents=-1, metadata=5)

    assert [field for field, _, _ in broken(request)] == [
        "input", "input.text", "input.priceCents", "input.priority", "input.metadata",
    ]  # fmt: skip


def test_the_caller_s_own_path_leads_the_fields() -> None:
    assert [each.path for each in problems(replace(FULL, text=""), NOW, ("inputs", "3"))] == [("inputs", "3", "text")]


@pytest.mark.parametrize(("cents", "price"), [(None, None), (0, None), (500, 500)])
def test_what_the_platform_is_asked_to_send(cents: int | None, price: int | None) -> None:
    assert replace(FULL, price_cents=cents).outgoing == OutgoingMessage("Hello", price, (PICTURE, KNOWN))


@pytest.mark.parametrize(
    "values",
    [
        {"text": "Hello!"},
        {"fan_id": LAST},
        {"fan_id": None, "conversation_id": FAN},
        {"price_cents": 501},
        {"attachments": (KNOWN, PICTURE)},
        {"attachments": (PICTURE, replace(KNOWN, preview=False))},
        {"priority": 8},
        {"scheduled_at": NOW + timedelta(hours=2)},
        {"sent_by_ai": False},
        {"metadata": {"a": {"b": [2]}}},
        {"expected_last_message_id": TALK},
    ],
)
def test_another_request_has_another_hash(values: dict[str, Any]) -> None:
    assert replace(FULL, **values).input_hash != FULL.input_hash


@pytest.mark.parametrize("said", [{"priority": 5}, {"price_cents": 0}])
def test_what_is_said_as_its_default_asks_for_the_same(said: dict[str, Any]) -> None:
    bare = SendRequest("Hello", fan_id=FAN)
    assert replace(bare, **said).input_hash == bare.input_hash


def test_the_same_request_has_the_same_hash() -> None:
    twin = replace(FULL, metadata={"a": {"b": [1]}}, attachments=(replace(PICTURE), replace(KNOWN)))

    assert twin.input_hash == FULL.input_hash
    assert replace(FULL, metadata={"a": 1, "b": 2}).input_hash == replace(FULL, metadata={"b": 2, "a": 1}).input_hash
    assert len(FULL.input_hash) == 64


@given(st.recursive(st.text(), lambda inner: st.dictionaries(st.text(), inner) | st.lists(inner), max_leaves=8))
def test_whatever_passes_has_a_hash(metadata: Any) -> None:
    request = replace(FULL, metadata={"a": metadata})
    if not broken(request):
        assert len(request.input_hash) == 64


def test_the_deepest_metadata_has_a_hash() -> None:
    deepest: dict[str, Any] = {}
    for _ in range(31):
        deepest = {"a": deepest}

    assert broken(replace(FULL, metadata=deepest)) == []
    assert len(replace(FULL, metadata=deepest).input_hash) == 64
