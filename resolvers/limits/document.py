"""A whole document on the scale. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode, value_from_ast_untyped

from resolvers.limits.cost import Cost
from resolvers.limits.fragments import Definition, Fragments
from resolvers.limits.weight import Scale, Weight

CACHED_DOCUMENTS = 250
"""The largest that are let pass take 1.2 MB each."""


@dataclass(frozen=True, slots=True)
class OperationCost:
    """What an operation costs, and the values of its variables where a request gives none."""

    cost: Cost
    defaults: Mapping[str, Any]

    def given(self, variables: Mapping[str, Any] | None) -> int:
        return self.cost.given({**self.defaults, **(variables or {})})


@dataclass(frozen=True, slots=True)
class Weighed:
    """`total` is of all definitions together, without cost; `costs` are the operations' by name, or None."""

    total: Weight
    costs: Mapping[str | None, OperationCost]

    def cost_of(self, operation_name: str | None) -> OperationCost | None:
        return self.costs.get(operation_name)


@lru_cache(maxsize=CACHED_DOCUMENTS)
def weigh(schema: GraphQLSchema, document: DocumentNode) -> Weighed:
    """Weigh each definition once, in linear time. Raises FragmentCycle."""
    scale, fragments, total, costs = Scale(schema), Fragments(document), Weight(), {}
    for root, needed in fragments.roots():
        for fragment in needed:
            scale.fragments[fragment.name.value] = _weight(scale, schema, fragment)
        weight = _weight(scale, schema, root)
        total.add(weight)
        if isinstance(root, OperationDefinitionNode):
            costs[root.name.value if root.name else None] = OperationCost(weight.total_cost(), _defaults(root))
    return Weighed(total, costs)


def _weight(scale: Scale, schema: GraphQLSchema, definition: Definition) -> Weight:
    if isinstance(definition, OperationDefinitionNode):
        weight = scale.selections(definition.selection_set, schema.get_root_type(definition.operation))
    else:
        weight = scale.selections(definition.selection_set, scale.named_type(definition.type_condition.name.value))
    weight.directives += _own_directives(definition)
    return weight


def _own_directives(definition: Definition) -> int:
    variables = definition.variable_definitions or ()
    return len(definition.directives or ()) + sum(len(variable.directives or ()) for variable in variables)


def _defaults(operation: OperationDefinitionNode) -> dict[str, Any]:
    return {
        each.variable.name.value: value_from_ast_untyped(each.default_value)
        for each in operation.variable_definitions or ()
        if each.default_value
    }
