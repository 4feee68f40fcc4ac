from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.platforms.markup import marked_up, plain, same_text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Hello</p>", "Hello"),
        ("<p>One<br />\nTwo</p>", "One\nTwo"),
        ("<p>One</p><p>Two</p>", "One\nTwo"),
        ("<p>One</p>\n<p>Two</p>", "One\nTwo"),
        ("One<br><br>Two", "One\n\nTwo"),
        ("kept\nline", "kept\nline"),
        ("a\r\nb", "a\nb"),
        ("Tom &amp; Jerry &lt;3 &#x1F600;", "Tom & Jerry <3 😀"),
        ("I <3 you", "I <3 you"),
        ('see <a href="https://example.com">here</a>', "see here"),
        ("a < b", "a < b"),
        ("nul\x00 and half\ud800", "nul and half"),
        ("&#0;x", "\ufffdx"),
        ("", ""),
    ],
)
def test_a_reader_sees_the_plain_text(markup: str, text: str) -> None:
    assert plain(markup) == text


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.just("\n"), max_size=300))
def test_what_we_mark_up_is_read_back_as_it_was(text: str) -> None:
    assert plain(marked_up(text)) == text.strip()


@given(st.text(max_size=300))
def test_no_markup_is_too_odd_to_read(markup: str) -> None:
    assert "\x00" not in plain(markup)
    plain(markup).encode()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("hi there", "hi  there", True),
        ("a\nb", "a b", True),
        ("cafe\u0301", "caf\u00e9", True),
        ("hi", "Hi", False),
        ("hi", "hi!", False),
    ],
)
def test_the_same_text_may_differ_in_white_space_and_composition(one: str, other: str, same: bool) -> None:
    assert same_text(one, other) is same
