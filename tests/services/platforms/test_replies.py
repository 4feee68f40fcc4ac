from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.platforms.replies import MAX_REASON_LENGTH, Reply, identifier, reason


def refusal(body: Any) -> Reply:
    return Reply(422, {}, json.dumps(body).encode())


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"message": "Too long"}, ": Too long"),
        ({"error": {"message": "Too long", "code": "E1"}}, ": Too long"),
        ({"errors": {"text": ["Too long"]}}, ": Too long"),
        ({"message": "", "code": "E1"}, ": E1"),
        ({"message": "two\nlines\x00 and a tab\t."}, ": two lines and a tab ."),
        ({"other": "never shown"}, ""),
        ([], ""),
        (None, ""),
    ],
)
def test_the_platforms_own_words_in_one_line(body: Any, words: str) -> None:
    assert reason(refusal(body)) == f"HTTP 422{words}"


def test_words_are_bounded() -> None:
    assert len(reason(refusal({"message": "x" * 100_000}))) == MAX_REASON_LENGTH + len("HTTP 422: ")


@pytest.mark.parametrize(
    "message",
    [
        "The text 'meet me at eight' is forbidden",
        "Rejected: meet me at ei...",
        "meet me at eight",
    ],
)
def test_words_that_repeat_the_message_are_dropped(message: str) -> None:
    answer = refusal({"message": message, "code": "FORBIDDEN_TEXT"})

    assert reason(answer, private=("Hi, meet me at eight tonight",)) == "HTTP 422: FORBIDDEN_TEXT"


def test_short_text_is_recognised_and_tiny_text_hides_nothing() -> None:
    assert reason(refusal({"message": "Bad text: kiss"}), private=("kiss",)) == "HTTP 422"
    assert reason(refusal({"message": "Bad text: no"}), private=("no", "")) == "HTTP 422: Bad text: no"


@given(st.text(min_size=12, max_size=300), st.text(max_size=50), st.text(max_size=50))
def test_a_message_never_shows_through(text: str, before: str, after: str) -> None:
    said = reason(refusal({"message": before + text + after}), private=(text,))

    assert not any(text[at : at + 12] in said for at in range(len(text) - 11)) or said == "HTTP 422"


@pytest.mark.parametrize(
    ("value", "text"),
    [(12, "12"), ("12", "12"), (" a ", "a"), (0, "0"), (True, None), (1.5, None), (None, None), ("", None),
     ("  ", None), ("x" * 256, None), ("a\nb", None), ([], None)],
)  # fmt: skip
def test_ids_are_numbers_or_strings(value: object, text: str | None) -> None:
    assert identifier(value) == text
