from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.search.words import _runs, normalised

ASCII = st.text(st.characters(max_codepoint=127), max_size=40)


@given(ASCII)
def test_the_short_way_for_ascii_finds_what_the_long_way_does(text: str) -> None:
    """A Cyrillic word behind it makes the whole text go letter by letter."""
    assert list(_runs(text)) == list(_runs(f"{text} \u0436"))[:-1]
    assert normalised(text) == normalised(f"{text}\u0436")[:-1]


def test_words_of_ascii() -> None:
    assert list(_runs("robin_01 a-b@x.com <3 $5")) == ["robin", "01", "a", "b", "x", "com", "3", "5"]
