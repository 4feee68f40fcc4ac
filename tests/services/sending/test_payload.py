from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.sending.envelope import Envelope, MalformedQueueMessage, parse
from services.sending.payload import (
    OUR_METADATA,
    SENDS,
    MessageType,
    QueueMessage,
    WakeUp,
    attributes_of,
    body_of,
)
from services.sending.queue_rules import problems
from tests.services.sending.conftest import NOW, message

quietly = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
characters = st.characters(exclude_categories=["Cs"])
texts = st.text(characters, max_size=50)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
moments = st.integers(946_684_800_000, 4_102_444_800_000).map(
    lambda milliseconds: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
)
messages = st.builds(
    QueueMessage,
    message_id=st.uuids(),
    user_id=st.uuids(),
    recipient_id=st.uuids(),
    content=st.text(characters, min_size=1, max_size=200),
    timestamp=moments,
    account=texts,
    media_urls=st.lists(texts, max_size=3).map(tuple),
    conversation_id=st.none() | st.uuids(),
    campaign_id=st.none() | st.uuids(),
    priority=st.integers(1, 10),
    metadata=st.dictionaries(texts | st.sampled_from(OUR_METADATA), json_values, max_size=4),
)


def received(attributes: dict[str, str | int]) -> dict[str, str]:
    return {name: str(value) for name, value in attributes.items()}


@quietly
@given(messages)
def test_a_message_comes_out_as_it_went_in(sent: QueueMessage) -> None:
    body = body_of(sent)
    assert body.isascii()
    assert parse(body, received(attributes_of(sent))) == Envelope(
        type=MessageType.CAMPAIGN_MESSAGE if sent.campaign_id else MessageType.MESSAGE,
        message_id=sent.message_id,
        user_id=sent.user_id,
        timestamp=sent.timestamp,
        recipient_id=sent.recipient_id,
        content=sent.content,
        media_urls=sent.media_urls,
        conversation_id=sent.conversation_id,
        campaign_id=sent.campaign_id,
        priority=sent.priority,
        metadata={key: value for key, value in sent.metadata.items() if key not in OUR_METADATA},
    )


@quietly
@given(st.sampled_from([kind for kind in MessageType if kind not in SENDS]), st.uuids(), st.uuids(), moments)
def test_a_wake_up_comes_out_as_it_went_in(
    kind: MessageType, object_id: uuid.UUID, user_id: uuid.UUID, moment: datetime
) -> None:
    sent = WakeUp(type=kind, message_id=object_id, user_id=user_id, timestamp=moment)
    assert set(json.loads(body_of(sent))) == {"messageId", "userId", "timestamp"}
    assert parse(body_of(sent), received(attributes_of(sent))) == Envelope(
        type=kind, message_id=object_id, user_id=user_id, timestamp=moment
    )


def test_keys_that_are_not_set_are_absent() -> None:
    payload = json.loads(body_of(message()))
    assert set(payload) == {"messageId", "userId", "recipientId", "content", "metadata", "timestamp"}
    assert payload["metadata"] == {"priority": 5}


def test_the_caller_neither_replaces_nor_invents_our_metadata() -> None:
    campaign = uuid.uuid4()
    theirs = {"priority": 10, "conversationId": "x", "campaignId": "y", "colour": "red"}
    payload = json.loads(body_of(message(campaign_id=campaign, metadata=theirs)))
    assert payload["metadata"] == {"colour": "red", "campaignId": str(campaign), "priority": 5}


def test_times_are_written_in_utc() -> None:
    berlin = timezone(timedelta(hours=1))
    payload = json.loads(body_of(message(timestamp=datetime(2026, 11, 5, 13, 0, 0, 123456, berlin))))
    assert payload["timestamp"] == "2026-11-05T12:00:00.123Z"


# ---- reading

GOOD: dict[str, Any] = {
    "messageId": str(uuid.uuid4()),
    "userId": str(uuid.uuid4()),
    "recipientId": str(uuid.uuid4()),
    "content": "hello",
    "timestamp": "2026-11-05T12:00:00Z",
}


def test_another_producer_may_leave_out_what_is_optional_and_add_keys() -> None:
    envelope = parse(json.dumps({**GOOD, "trace": {"id": 1}}), {"messageType": "message", "extra": "x"})
    assert (envelope.priority, envelope.media_urls, envelope.metadata) == (5, (), {})
    assert envelope.timestamp == NOW


@pytest.mark.parametrize(
    "changes",
    [
        {"messageId": None},
        {"messageId": "no uuid"},
        {"messageId": 5},
        {"userId": ""},
        {"recipientId": None},
        {"content": None},
        {"content": ""},
        {"content": 5},
        {"timestamp": None},
        {"timestamp": "yesterday"},
        {"timestamp": "2026-11-05T12:00:00"},
        {"mediaUrls": "https://a"},
        {"mediaUrls": [5]},
        {"metadata": "text"},
        {"metadata": {"conversationId": "no uuid"}},
        {"metadata": {"campaignId": 5}},
        {"metadata": {"priority": 0}},
        {"metadata": {"priority": 11}},
        {"metadata": {"priority": "5"}},
    ],
)
def test_a_value_that_breaks_the_contract_is_malformed(changes: dict[str, Any]) -> None:
    with pytest.raises(MalformedQueueMessage) as caught:
        parse(json.dumps({**GOOD, **changes}), {"messageType": "message"})
    assert next(iter(changes)) in caught.value.reason


@pytest.mark.parametrize("key", GOOD)
def test_a_missing_key_is_malformed(key: str) -> None:
    body = json.dumps({name: value for name, value in GOOD.items() if name != key})
    with pytest.raises(MalformedQueueMessage, match=f"{key}: missing"):
        parse(body, {"messageType": "message"})


@pytest.mark.parametrize(
    "body", ["", "garbage", "null", "[]", "5", '"text"', "{", "[" * 100_000, '{"a":' * 50_000, "\ud800", "\x00"]
)
def test_a_body_that_is_no_json_object_is_malformed(body: str) -> None:
    with pytest.raises(MalformedQueueMessage):
        parse(body, {"messageType": "message"})


@pytest.mark.parametrize("attributes", [{}, {"messageType": ""}, {"messageType": "MESSAGE"}, {"messageType": "other"}])
def test_an_unknown_type_is_malformed(attributes: dict[str, str]) -> None:
    with pytest.raises(MalformedQueueMessage, match="messageType"):
        parse(json.dumps(GOOD), attributes)


def test_attribute_and_body_must_name_the_same_user() -> None:
    parse(json.dumps(GOOD), {"messageType": "message", "userId": GOOD["userId"]})
    with pytest.raises(MalformedQueueMessage, match="another user"):
        parse(json.dumps(GOOD), {"messageType": "message", "userId": str(uuid.uuid4())})


def test_a_body_larger_than_the_queue_takes_is_malformed() -> None:
    with pytest.raises(MalformedQueueMessage, match="too big"):
        parse(json.dumps({**GOOD, "more": "x" * 262_144}), {"messageType": "message"})


def test_the_reason_quotes_nothing_of_the_message() -> None:
    with pytest.raises(MalformedQueueMessage) as caught:
        parse(json.dumps({**GOOD, "content": ["a secret text"]}), {"messageType": "message"})
    assert caught.value.reason == "content: string_type"
    assert caught.value.__cause__ is None


@quietly
@given(st.text() | json_values.map(json.dumps), st.dictionaries(st.sampled_from(["messageType", "userId"]), st.text()))
def test_anything_else_is_malformed_and_nothing_worse(body: str, attributes: dict[str, str]) -> None:
    for kind in (*MessageType, attributes.get("messageType", "")):
        with pytest.raises(MalformedQueueMessage):
            parse(body, {**attributes, "messageType": str(kind)})


# ---- rules


@quietly
@given(messages)
def test_a_message_without_problems_can_be_read_by_the_worker(sent: QueueMessage) -> None:
    if not problems(sent):
        parse(body_of(sent), received(attributes_of(sent)))


nested: Any = []
for _ in range(250):
    nested = [nested]


@pytest.mark.parametrize(
    ("changes", "path", "rule"),
    [
        ({"user_id": uuid.UUID(int=0)}, ("userId",), "required"),
        ({"recipient_id": uuid.UUID(int=0)}, ("recipientId",), "required"),
        ({"content": ""}, ("content",), "required"),
        ({"content": " \n\t"}, ("content",), "required"),
        ({"content": "x" * 5001}, ("content",), "max_length"),
        ({"content": "a\x00b"}, ("content",), "characters"),
        ({"content": "\ud800"}, ("content",), "characters"),
        ({"media_urls": ("https://a.example/x", "/relative")}, ("mediaUrls", "1"), "http_url"),
        ({"media_urls": ("javascript:alert(1)",)}, ("mediaUrls", "0"), "http_url"),
        ({"priority": 0}, ("metadata", "priority"), "min"),
        ({"priority": 11}, ("metadata", "priority"), "max"),
        ({"metadata": {"x": float("nan")}}, ("metadata",), "json"),
        ({"metadata": {"x": "\ud800"}}, ("metadata",), "json"),
        ({"metadata": {"x": {1, 2}}}, ("metadata",), "json"),
        ({"metadata": {"x": nested}}, ("metadata",), "json"),
    ],
)
def test_each_broken_rule_names_its_field(changes: dict[str, Any], path: tuple[str, ...], rule: str) -> None:
    [problem] = problems(message(**changes))
    assert (problem.path, problem.rule) == (path, rule)


def test_lengths_count_code_points() -> None:
    assert problems(message("👋" * 5000)) == []
    assert [problem.limit for problem in problems(message("👋" * 5001))] == [5000]


def test_several_broken_rules_are_all_named() -> None:
    found = problems(message("", priority=0, media_urls=("x",)))
    assert [problem.path for problem in found] == [("content",), ("mediaUrls", "0"), ("metadata", "priority")]
