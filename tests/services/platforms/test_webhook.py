from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.platforms.interface import InboundEnvelope, MalformedWebhook
from services.platforms.webhook import DEEPEST, envelope, is_signed, signature

BODY = b'{"event": "x"}'


def test_the_signature_is_the_hex_hmac_of_the_raw_body() -> None:
    assert signature("key", b"The quick brown fox jumps over the lazy dog") == (
        "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8"
    )


@given(st.text(min_size=1, max_size=40), st.binary(max_size=200))
def test_what_was_signed_is_accepted(secret: str, body: bytes) -> None:
    try:
        secret.encode()
    except UnicodeEncodeError:
        return
    assert is_signed(secret, body, signature(secret, body))
    assert not is_signed(secret, body + b" ", signature(secret, body))
    assert not is_signed(secret + "x", body, signature(secret, body))


@pytest.mark.parametrize("given_signature", [None, "", "0" * 64, "é", "\udcff", signature("secret", BODY)[:-1]])
def test_anything_else_is_not(given_signature: str | None) -> None:
    assert not is_signed("secret", BODY, given_signature)


def test_an_empty_secret_signs_nothing() -> None:
    assert not is_signed("", BODY, signature("", BODY))


def test_an_envelope_is_read_and_cleaned_of_what_cannot_be_stored() -> None:
    body = json.dumps({"event": "messages.received", "account_id": 12, "payload": {"a\x00": ["x\x00\ud800y", 1.5]}})

    assert envelope(body.encode()) == InboundEnvelope("12", "messages.received", {"a": ["xy", 1.5]})


def nested(levels: int) -> bytes:
    return b'{"event": "x", "account_id": "a", "payload": {"deep": ' + b"[" * levels + b"]" * levels + b"}}"


def test_a_body_may_be_nested_and_not_without_end() -> None:
    assert envelope(nested(DEEPEST - 3)).kind == "x"
    for levels in (DEEPEST + 1, 400, 5_000, 100_000):
        with pytest.raises(MalformedWebhook):
            envelope(nested(levels))


def test_of_a_name_that_is_there_twice_the_last_counts() -> None:
    """As for every other reader of the same bytes."""
    body = b'{"event": "a", "account_id": "1", "payload": {}, "event": "b"}'
    assert (envelope(body).kind, json.loads(body)["event"]) == ("b", "b")


ODD: list[Any] = [None, True, [], 1.5, ""]
GOOD: dict[str, Any] = {"event": "x", "account_id": "acct_1", "payload": {}}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"\xff\xff",
        json.dumps({"event": "x", "account_id": "a", "payload": {}}).encode("utf-16"),
        b'\xef\xbb\xbf{"event": "x", "account_id": "a", "payload": {}}',
        b"[]",
        b"null",
        b'"text"',
        b"[" * 100_000,
        b'{"event": "x", "account_id": "a", "payload": {"price": NaN}}',
        *(json.dumps({k: v for k, v in GOOD.items() if k != name}).encode() for name in GOOD),
        *(json.dumps(GOOD | {name: odd}).encode() for name in GOOD for odd in ODD),
    ],
)
def test_anything_else_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedWebhook):
        envelope(body)
