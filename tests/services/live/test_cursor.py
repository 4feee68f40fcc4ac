from __future__ import annotations

import base64
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.live.cursor import Cursor, MalformedCursor, is_foreign

epochs = st.text("0123456789abcdef", min_size=8, max_size=8)
sequences = st.integers(0, 10**18 - 1)


@given(epochs, sequences)
def test_a_cursor_reads_what_it_wrote(epoch: str, sequence: int) -> None:
    cursor = Cursor(epoch, sequence)

    assert Cursor.parse(str(cursor)) == cursor


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "text",
    [
        "", "x", "live:0123abcd:5", "é", "\ud800", "=", "====",
        encoded(""), encoded("live:0123abcd:"), encoded("live:0123abcd:-1"), encoded("live:0123abcd:5 "),
        encoded("live:0123ABCD:5"), encoded("live:0123abc:5"), encoded("fan:0123abcd:5"), encoded("live:0123abcd:٣"),
        encoded("live:0123abcd:" + "9" * 19), encoded("live:0123abcd:5\n"),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
)  # fmt: skip
def test_anything_else_is_malformed(text: str) -> None:
    with pytest.raises(MalformedCursor):
        Cursor.parse(text)


@given(st.text(max_size=60))
def test_no_text_does_worse_than_be_malformed(text: str) -> None:
    with contextlib.suppress(MalformedCursor):
        Cursor.parse(text)


@pytest.mark.parametrize(
    ("epoch", "seen", "foreign"),
    [("a", 0, False), ("a", 4, False), ("a", 5, False), ("a", 6, True), ("b", 5, True), ("b", 0, True)],
)
def test_which_cursors_were_never_given_out_for_this_log(epoch: str, seen: int, foreign: bool) -> None:
    assert is_foreign(Cursor(epoch, seen), "a", 5) is foreign
