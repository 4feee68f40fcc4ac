from __future__ import annotations

import json
from typing import Any

import pytest

from services.fans.journal import concerns

HER = {"id": 77, "username": "Robin_1", "name": "Robin"}


def body(payload: Any, **top: Any) -> bytes:
    return json.dumps({"event": "x", "account_id": "acct", "payload": payload} | top).encode()


@pytest.mark.parametrize(
    "payload",
    [
        {"id": 1, "text": "hi", "fromUser": HER},
        {"id": 1, "toUser": {"id": "77"}},
        {"user": {"id": 77}, "amount": "$25.00"},
        {"user_id": 77},
        {"chatId": "77"},
        {"message": {"replies": [{"fromUser": HER}]}},
        {"subscriber": {"username": "ROBIN_1"}},
        {"replacePairs": {"{MESSAGE_LINK}": "<a href='https://onlyfans.com/my/chats/chat/77?firstId=5'>message</a>"}},
        {"text": "https://onlyfans.com/my/chats/chat/77"},
    ],
)
def test_a_body_that_names_her(payload: Any) -> None:
    assert concerns(body(payload), "77", "@robin_1")


@pytest.mark.parametrize(
    "payload",
    [
        {"id": 77, "fromUser": {"id": 5, "username": "kim"}},
        {"text": "call 77", "fromUser": {"id": 770}},
        {"fromUser": {"id": 5, "username": "robin_12"}},
        {"user": {"id": True}},
        {"text": "https://onlyfans.com/my/chats/chat/770?firstId=77"},
        {"user": "77"},
        [77, "77"],
        None,
    ],
)
def test_a_body_about_somebody_else(payload: Any) -> None:
    assert not concerns(body(payload), "77", "@robin_1")


def test_what_stands_outside_of_the_payload_is_the_creators() -> None:
    assert not concerns(body({"user": {"id": 5}}, user_id=77), "77", None)


def test_a_link_with_escaped_slashes_names_her_too() -> None:
    assert concerns(rb'{"payload": {"text": "https:\/\/onlyfans.com\/my\/chats\/chat\/77\/"}}', "77", None)


@pytest.mark.parametrize("odd", [b"", b"{", b"[]", b"7", b"\xff", b"[" * 100_000])
def test_what_is_no_webhook_is_about_nobody(odd: bytes) -> None:
    assert not concerns(odd, "77", "@robin_1")


def test_a_fan_of_whom_nothing_is_known_is_named_by_nothing() -> None:
    assert not concerns(body({"fromUser": HER}), None, None)
