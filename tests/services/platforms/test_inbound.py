from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.platforms.inbound import received_message, removed_message
from services.platforms.interface import InboundEnvelope, InboundMessage, MalformedWebhook, Media

PAYLOAD: dict[str, Any] = {
    "id": 123,
    "text": "<p>Hello &amp; welcome<br />\nhere</p>",
    "price": 0,
    "media": [],
    "previews": [],
    "fromUser": {"id": 7, "name": "Jo", "username": "jo", "avatar": "https://example.com/jo.jpg"},
    "createdAt": "2026-11-20T13:00:00+01:00",
}


def received(**changes: Any) -> InboundMessage:
    return received_message(InboundEnvelope("acct_1", "messages.received", PAYLOAD | changes))


def test_a_message_in_our_words() -> None:
    assert received() == InboundMessage(
        platform_message_id="123",
        platform_fan_id="7",
        handle="jo",
        name="Jo",
        avatar="https://example.com/jo.jpg",
        text="Hello & welcome\nhere",
        price_cents=None,
        media=(),
        sent_at=datetime(2026, 11, 20, 12, tzinfo=UTC),
    )


def test_ids_may_be_strings_and_the_author_may_be_an_id_alone() -> None:
    message = received(id="m1", fromUser={"id": "f7", "name": None, "username": " "})

    assert (message.platform_message_id, message.platform_fan_id) == ("m1", "f7")
    assert (message.handle, message.name, message.avatar) == (None, None, None)


@pytest.mark.parametrize(
    ("price", "cents"), [("$25.00", 2_500), ("$1,234.56", 123_456), (25, 2_500), (4.99, 499), (None, None), ("", None)]
)
def test_prices_are_exact(price: object, cents: int | None) -> None:
    assert received(price=price).price_cents == cents


def test_media_by_address_or_by_id() -> None:
    message = received(
        media=[
            {"id": 1, "type": "photo", "files": {"full": {"url": "https://example.com/1.jpg"}}},
            {"id": 2, "type": "video", "files": {"full": {"url": None}}},
            {"id": "a3", "type": "audio", "full": "https://example.com/3.mp3"},
            {"id": 4, "type": "gif", "src": "javascript:alert(1)"},
            {"id": 5},
        ],
        previews=[2, "a3"],
    )

    assert message.media == (
        Media("IMAGE", "https://example.com/1.jpg", None),
        Media("VIDEO", None, "2", preview=True),
        Media("AUDIO", "https://example.com/3.mp3", None, preview=True),
        Media("IMAGE", None, "4"),
        Media("FILE", None, "5"),
    )


@pytest.mark.parametrize("name", ["id", "text", "fromUser", "createdAt"])
def test_a_missing_field_is_malformed(name: str) -> None:
    payload = {key: value for key, value in PAYLOAD.items() if key != name}

    with pytest.raises(MalformedWebhook):
        received_message(InboundEnvelope("acct_1", "messages.received", payload))


@pytest.mark.parametrize(
    "changes",
    [
        {"id": True},
        {"id": 1.5},
        {"text": 5},
        {"text": None},
        {"price": "free"},
        {"price": -1},
        {"price": float("nan")},
        {"media": {}, "previews": {"a": 1}},
        {"media": ["x"]},
        {"media": [{"type": "photo"}]},
        {"fromUser": 7},
        {"fromUser": {"name": "Jo"}},
        {"fromUser": {"id": 7, "name": 5}},
        {"createdAt": "yesterday"},
        {"createdAt": 1_700_000_000},
        {"createdAt": "0001-01-01T00:00:00+14:00"},
    ],
)
def test_an_odd_field_is_malformed(changes: dict[str, Any]) -> None:
    with pytest.raises(MalformedWebhook):
        received(**changes)


def test_another_kind_of_event_is_no_message() -> None:
    with pytest.raises(MalformedWebhook):
        received_message(InboundEnvelope("acct_1", "messages.sent", PAYLOAD))


ODD = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.lists(st.integers(), max_size=2)
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(PAYLOAD, ODD)))
def test_any_payload_is_a_message_or_malformed(changes: dict[str, Any]) -> None:
    try:
        message = received(**changes)
    except MalformedWebhook:
        return
    assert message.platform_fan_id == "7"
    assert message.sent_at.tzinfo is UTC


@pytest.mark.parametrize(
    ("payload", "message_id"),
    [({"id": 123}, "123"), ({"id": "m1"}, "m1"), ({"id": 5, "messageId": 6}, "6"), ({"message": {"id": 7}}, "7")],
)
def test_a_deletion_names_its_message(payload: dict[str, Any], message_id: str) -> None:
    assert removed_message(InboundEnvelope("acct_1", "messages.deleted", payload)) == message_id


@pytest.mark.parametrize("payload", [{}, {"id": None}, {"id": True}, {"id": ""}, {"id": {}}, {"message": "7"}])
def test_a_deletion_without_one_is_malformed(payload: dict[str, Any]) -> None:
    with pytest.raises(MalformedWebhook):
        removed_message(InboundEnvelope("acct_1", "messages.deleted", payload))
