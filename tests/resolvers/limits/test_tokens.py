"""Tokens are counted as graphql-core counts them."""

from __future__ import annotations

import pytest
from graphql import parse
from graphql.language import Lexer, Source, TokenKind
from hypothesis import given
from hypothesis import strategies as st

from resolvers.limits.tokens import count_tokens

PIECES = [
    *("{", "}", "(", ")", "[", "]", ":", "=", "@", "!", "$", "&", "|", "..."),
    *("name", "_x9", "query", "0", "-1", "10", "1.5", "-2.5e10", "3E-7"),
    *('""', '"text"', '"with \\" quote"', '"back\\\\"', '"# {a}"', '"\\u00e9"'),
    *('""""""', '"""block"""', '"""a "quoted" b"""', '"""a \\""" b"""', '"""two\nlines # {a}"""', '"""back\\slash"""'),
    *('# a comment { " }\n', "#\r", ",", " ", "\n", "\ufeff"),
]


def lexed(text: str) -> int:
    """With comments, which the parser counts as well."""
    lexer, count = Lexer(Source(text)), 0
    while lexer.advance().kind is not TokenKind.EOF:
        pass
    token = lexer.token.prev
    while token and token.kind is not TokenKind.SOF:
        count, token = count + 1, token.prev
    return count


@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_any_row_of_tokens(pieces: list[str]) -> None:
    text = " ".join(pieces)
    assert count_tokens(text) == lexed(text)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("{viewer{id}}", 6),
        ("{a:a b:b}", 8),
        ('{f(x:"a b c",y:[1,-2.5e3])}', 14),
        ("...on X", 3),
        ('"unterminated', 1),
        ('"""unterminated', 2),
    ],
)
def test_counts(text: str, count: int) -> None:
    assert count_tokens(text) == count


@pytest.mark.parametrize(
    "text",
    ['"' * 50_000, '"""' + '\\"""' * 12_000, '"""' + "\\" * 50_000, '"' + "\\\\" * 25_000, "-" * 50_000, "." * 50_000],
)
def test_nothing_takes_more_than_linear_time(text: str) -> None:
    """With backtracking this test would not end."""
    assert count_tokens(text) <= len(text)


def test_the_parser_takes_what_is_counted_as_within_its_bound() -> None:
    text = "{" + " a" * 48 + "}"
    assert count_tokens(text) == 50
    parse(text, max_tokens=50)
