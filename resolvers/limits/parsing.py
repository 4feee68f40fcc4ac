"""Parsing within bounds: the text is measured first; the parser itself stops at the same number of tokens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NoReturn

from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.extensions import ParserCache

from resolvers.limits import bounds
from resolvers.limits.tokens import count_tokens

ABORTED = "Parsing aborted."
"""How the parser's message ends where it gave up at a bound: tokens, or nesting deeper than its stack."""


class BoundedParser(ParserCache):
    """Refuses with QUERY_TOO_EXPENSIVE; a plain syntax error is left as it is."""

    def on_parse(self) -> Iterator[None]:
        _measure(self.execution_context.query or "")
        try:
            yield from super().on_parse()
        except GraphQLSyntaxError as error:
            raise _refusal(error) from None


def _measure(query: str) -> None:
    if len(query) > bounds.CHARACTERS:
        _refuse("characters", len(query), bounds.CHARACTERS)
    # A token has a character at least: short queries need not be counted.
    if len(query) > bounds.TOKENS and (tokens := count_tokens(query)) > bounds.TOKENS:
        _refuse("tokens", tokens, bounds.TOKENS)


def _refuse(what: str, found: int, limit: int) -> NoReturn:
    message = f"The query has {found:,} {what}; at most {limit:,} are allowed."
    raise GraphQLError(message, extensions=bounds.CODE)


def _refusal(error: GraphQLSyntaxError) -> GraphQLError:
    if not error.message.endswith(ABORTED):
        return error
    message = error.message.removeprefix("Syntax Error: ")
    return GraphQLError(message, source=error.source, positions=error.positions, extensions=bounds.CODE)
