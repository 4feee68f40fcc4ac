"""The price of a request: its operation's cost with its variables, refused above the limit, reported below it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphql import GraphQLError
from strawberry.extensions.base_extension import SchemaExtension

from resolvers.limits import bounds
from resolvers.limits.document import weigh


class PriceTag(SchemaExtension):
    """Adds `extensions.cost` to the answer. To be listed after the validation, whose refusals it leaves alone."""

    _requested: int | None = None

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        if not context.pre_execution_errors:
            self._requested = self._price()
        if self._requested is not None and self._requested > bounds.COST:
            message = f"The query costs {self._requested:,}; at most {bounds.COST:,} is allowed."
            context.pre_execution_errors = [GraphQLError(message, extensions=bounds.CODE)]
        yield

    def get_results(self) -> dict[str, Any]:
        return {} if self._requested is None else {"cost": {"requested": self._requested, "limit": bounds.COST}}

    def _price(self) -> int | None:
        """None where the request names no operation of the document, which is refused later."""
        context = self.execution_context
        assert context.graphql_document
        cost = weigh(context.schema._schema, context.graphql_document).cost_of(context.operation_name)
        return cost.given(context.variables) if cost else None
