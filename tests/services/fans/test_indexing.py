from __future__ import annotations

from uuid import UUID

import pytest

from db.models import Fan, new_id
from services.fans.indexing import searchable, tag_word, terms
from services.search.words import indexed

ME, YOU = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize("tag", ["vip", "it's", "back\\slash", "a & b", "🦊", "#hash", "x" * 50])
def test_a_tag_is_a_word_no_text_has(tag: str) -> None:
    assert tag_word(ME, tag) not in indexed(ME, [tag, f"#{tag}", f"{ME.hex[-8:]}#{tag}"])


def test_words_of_two_owners_differ() -> None:
    assert tag_word(ME, "vip") != tag_word(YOU, "vip")


@pytest.mark.parametrize(
    ("text", "tags", "expected"),
    [
        (None, [], ""),
        ("ana", [], "'00000001ana':*"),
        (None, ["vip"], "'00000001#vip'"),
        ("ana", ["it's", "a\\b"], "'00000001#it''s' & '00000001#a\\\\b' & '00000001ana':*"),
        ("!?", [], None),
        ("!?", ["vip"], None),
    ],
)
def test_a_filter_asks_for_all_of_them(text: str | None, tags: list[str], expected: str | None) -> None:
    assert terms(ME, text, tags) == expected


def test_a_fan_without_tags_is_indexed_too() -> None:
    """Before she is stored, her tags may not be set yet."""
    words = searchable(Fan(user_id=ME, id=new_id(), platform="SANDBOX", name="Ana"))
    assert words.compile().params == {"array_to_tsvector_1": ["00000001ana"]}
