from __future__ import annotations

from typing import Any

import pytest

from services.platforms.sandbox_server.drafts import document, draft
from services.platforms.sandbox_server.platform import Draft
from services.platforms.sandbox_server.refusals import Refusal


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"text": "Hi &amp; bye<br>now"}, Draft("Hi & bye\nnow")),
        ({"text": "Hi", "price": 0}, Draft("Hi")),
        ({"text": "Hi", "price": 3}, Draft("Hi", 300)),
        ({"text": "Hi", "price": "19.99"}, Draft("Hi", 1_999)),
        ({"text": "", "mediaFiles": [1, "x"], "previews": ["x"]}, Draft("", None, (1, "x"), ("x",))),
    ],
)
def test_a_message_is_read(body: Any, expected: Draft) -> None:
    assert draft(body) == expected


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"text": 5},
        {"text": ""},
        {"text": "<p> </p>"},
        {"text": "x" * 5001},
        {"text": "Hi", "price": 201},
        {"text": "Hi", "price": "0.99"},
        {"text": "Hi", "price": -1},
        {"text": "Hi", "price": "free"},
        {"text": "Hi", "mediaFiles": "1"},
        {"text": "Hi", "mediaFiles": [None]},
        {"text": "Hi", "mediaFiles": [True]},
        {"text": "Hi", "mediaFiles": [1] * 51},
        {"text": "Hi", "mediaFiles": [1], "previews": [2]},
    ],
)
def test_an_odd_message_is_refused(body: Any) -> None:
    with pytest.raises(Refusal) as refusal:
        draft(body)

    assert refusal.value.status == 422


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 60_000])
def test_what_is_no_json_is_nothing(body: bytes) -> None:
    assert document(body) is None
