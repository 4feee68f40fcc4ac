"""The cost of an operation: how many values its answer may hold. Pure.

It is worked out once for each document, with the page sizes that variables decide left open, and then for each request
in a few steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLField,
    IntValueNode,
    ListValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    value_from_ast_untyped,
)

from schema.pagination import LARGEST_PAGE

ASSUMED_ENTRIES = 3
"""Of a list that takes no size, such as a message's attachments."""
ENTRIES = {"Analytics.revenue": 1000, "SendBulkMessagePayload.skipped": 100}
"""Of other lists that take no size: nearly three years of days, and as many as can be written to at once."""
WORK = {"Query.analytics": 500, "Analytics.totals": 500, "Analytics.previousTotals": 500}
"""What a field costs besides its values, where these are few and much is read for them."""
PAGE_ARGUMENTS = ("first", "last", "ids")


@dataclass(frozen=True, slots=True)
class Asked:
    """A size that is known when the variables are; `usual` where all of them are absent or null."""

    variables: tuple[str, ...]
    usual: int

    def among(self, variables: Mapping[str, Any]) -> int:
        sizes = [size for name in self.variables if (size := _size(variables.get(name))) is not None]
        return max(sizes, default=self.usual)


Size = int | Asked


@dataclass(frozen=True, slots=True)
class Cost:
    """`fixed`, and shares that come as often as their size says."""

    fixed: int = 0
    shares: tuple[tuple[Size, Cost], ...] = ()

    def __add__(self, other: Cost) -> Cost:
        if not (other.fixed or other.shares):
            return self
        return Cost(self.fixed + other.fixed, self.shares + other.shares)

    def times(self, size: Size) -> Cost:
        if isinstance(size, int) and not self.shares:
            return self if size == 1 else Cost(self.fixed * size)
        return Cost(0, ((size, self),))

    def shared(self) -> Cost:
        """The same cost by reference, so that adding it often copies nothing."""
        return self.times(1)

    def given(self, variables: Mapping[str, Any]) -> int:
        """The cost with these variables, whatever their types are; wrong ones are refused later."""
        found = self.fixed
        for size, cost in self.shares:
            found += (size.among(variables) if isinstance(size, Asked) else size) * cost.given(variables)
        return found


FREE = Cost()
ONE = Cost(1)


def page_size(node: FieldNode, field: GraphQLField) -> Size | None:
    """How many entries are asked for; None where the field takes no size."""
    names = [name for name in PAGE_ARGUMENTS if name in field.args]
    if not names:
        return None
    given = {argument.name.value: argument.value for argument in node.arguments or ()}
    values = [given[name] for name in names if name in given]
    written = [size for value in values if (size := _written(value)) is not None]
    usual = max(written, default=_usual(field, names))
    variables = tuple(value.name.value for value in values if isinstance(value, VariableNode))
    return Asked(variables, usual) if variables else usual


def _written(value: ValueNode) -> int | None:
    if isinstance(value, IntValueNode):
        # More digits than a 32-bit number has are refused by the validation.
        return _size(int(value.value[:11]))
    return len(value.values) if isinstance(value, ListValueNode) else None


def _usual(field: GraphQLField, names: list[str]) -> int:
    """What counts where the client leaves the size open: the schema's default, else the largest page."""
    sizes = [size for name in names if (size := _size(_default(field.args[name]))) is not None]
    return max(sizes, default=LARGEST_PAGE)


def _default(argument: GraphQLArgument) -> object:
    if argument.default is None:
        return None if argument.default_value is Undefined else argument.default_value
    literal = argument.default.literal
    return argument.default.value if literal is None else value_from_ast_untyped(literal)


def _size(value: object) -> int | None:
    """Sizes out of range count as the nearest one: they are refused with a better message elsewhere."""
    if value is None:
        return None
    if isinstance(value, list):
        return len(value)
    return min(max(value, 0), LARGEST_PAGE) if isinstance(value, int) else LARGEST_PAGE
