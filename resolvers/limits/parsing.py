"""Parsing within bounds: the text is measured first, and the parser stops where there are too many tokens."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.extensions import ParserCache

from resolvers.limits import bounds

ABORTED = "Parsing aborted."
"""How the parser's message ends where it gave up at a bound: tokens, or nesting deeper than its stack."""


class BoundedParser(ParserCache):
    """Refuses with QUERY_TOO_EXPENSIVE; a plain syntax error is left as it is."""

    def on_parse(self) -> Iterator[None]:
        length = len(self.execution_context.query or "")
        if length > bounds.CHARACTERS:
            message = f"The query has {length:,} characters; at most {bounds.CHARACTERS:,} are allowed."
            raise GraphQLError(message, extensions=bounds.CODE)
        try:
            yield from super().on_parse()
        except GraphQLSyntaxError as error:
            raise _refusal(error) from None


def _refusal(error: GraphQLSyntaxError) -> GraphQLError:
    if not error.message.endswith(ABORTED):
        return error
    message = error.message.removeprefix("Syntax Error: ")
    return GraphQLError(message, source=error.source, positions=error.positions, extensions=bounds.CODE)
