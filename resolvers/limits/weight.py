"""How much a document asks for, found in one walk: each fragment is weighed once, however often it is spread. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLField,
    GraphQLList,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
)

from resolvers.limits.cost import ASSUMED_ENTRIES, FREE, Cost, page_size

Parent = GraphQLCompositeType | None
"""None below a field or type that does not exist, which is refused later."""


@dataclass(frozen=True, slots=True)
class Weight:
    """Of selections with all they spread. `each` is the cost of one entry of the list they are a page of."""

    depth: int = 0
    selections: int = 0
    aliases: int = 0
    directives: int = 0
    cost: Cost = FREE
    each: Cost = FREE

    def __add__(self, other: Weight) -> Weight:
        return Weight(
            max(self.depth, other.depth),
            self.selections + other.selections,
            self.aliases + other.aliases,
            self.directives + other.directives,
            self.cost + other.cost,
            self.each + other.each,
        )

    def total_cost(self) -> Cost:
        """Where no page is around them."""
        return self.cost + self.each.times(ASSUMED_ENTRIES)


NOTHING = Weight()


class Scale:
    """Weighs the selections of one document; `fragments` are those already weighed, by name.

    It recurses only within a definition, and less deeply than the parser did.
    """

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self.fragments: dict[str, Weight] = {}

    def selections(self, selected: SelectionSetNode, parent: Parent) -> Weight:
        weight = NOTHING
        for selection in selected.selections:
            weight += self._selection(selection, parent)
        return weight

    def named_type(self, name: str) -> Parent:
        found = self._schema.get_type(name)
        return found if is_composite_type(found) else None

    def _selection(self, node: SelectionNode, parent: Parent) -> Weight:
        if isinstance(node, FieldNode):
            inner = self._field(node, parent)
        elif isinstance(node, FragmentSpreadNode):
            inner = self._spread(node)
        else:
            assert isinstance(node, InlineFragmentNode)
            narrowed = self.named_type(node.type_condition.name.value) if node.type_condition else parent
            inner = self.selections(node.selection_set, narrowed)
        directives = inner.directives + len(node.directives or ())
        return replace(inner, selections=inner.selections + 1, directives=directives)

    def _spread(self, node: FragmentSpreadNode) -> Weight:
        weight = self.fragments.get(node.name.value, NOTHING)
        return replace(weight, cost=weight.cost.shared(), each=weight.each.shared())

    def _field(self, node: FieldNode, parent: Parent) -> Weight:
        name = node.name.value
        field = self._schema.get_field(parent, name) if parent else None
        kind = get_named_type(field.type) if field else None
        below = (
            self.selections(node.selection_set, kind if is_composite_type(kind) else None)
            if node.selection_set
            else NOTHING
        )
        cost, each = (FREE, FREE) if name.startswith("__") else _costs(node, field, below)
        return replace(
            below, depth=below.depth + 1, aliases=below.aliases + (node.alias is not None), cost=cost, each=each
        )


def _costs(node: FieldNode, field: GraphQLField | None, below: Weight) -> tuple[Cost, Cost]:
    """The field's cost, and its cost for each entry of the page around it: the one or the other is none.

    A connection hands its size to the lists directly in it; any other list has a size of its own, or an assumed one.
    """
    size = page_size(node, field) if field else None
    is_list = field is not None and isinstance(get_nullable_type(field.type), GraphQLList)
    entries = ASSUMED_ENTRIES if size is None or is_list else size
    one = Cost(1) + below.cost + below.each.times(entries)
    if is_list and node.selection_set:
        return (FREE, one) if size is None else (one.times(size), FREE)
    return one, FREE
