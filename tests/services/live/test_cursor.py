from __future__ import annotations

import base64
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.live.cursor import Cursor, MalformedCursor, needs_resync

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
    ("epoch", "seen", "last", "oldest", "resync"),
    [
        ("a", 5, 5, 1, False),
        ("a", 5, 9, 1, False),
        ("a", 5, 9, 6, False),
        ("a", 5, 9, 7, True),
        ("a", 5, 5, 6, False),
        ("a", 4, 5, 6, True),
        ("a", 6, 5, 1, True),
        ("a", 0, 0, 1, False),
        ("b", 5, 5, 1, True),
    ],
)
def test_when_what_was_missed_can_no_longer_be_told(
    epoch: str, seen: int, last: int, oldest: int, resync: bool
) -> None:
    assert needs_resync(Cursor(epoch, seen), "a", last, oldest) is resync
