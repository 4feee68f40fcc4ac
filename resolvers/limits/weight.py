"""How much a document asks for, found in one walk: each fragment is weighed once, however often it is spread. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLField,
    GraphQLList,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionSetNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
)

from resolvers.limits.cost import ASSUMED_ENTRIES, ENTRIES, FREE, ONE, WORK, Cost, page_size

Parent = GraphQLCompositeType | None
"""None below a field or type that does not exist, which is refused later."""


@dataclass(slots=True)
class Weight:
    """Of selections with all they spread. `each` is the cost of one entry of the list they are a page of."""

    depth: int = 0
    selections: int = 0
    aliases: int = 0
    directives: int = 0
    cost: Cost = FREE
    each: Cost = FREE

    def add(self, other: Weight) -> None:
        """All but the costs."""
        self.depth = max(self.depth, other.depth)
        self.selections += other.selections
        self.aliases += other.aliases
        self.directives += other.directives

    def add_with_cost(self, other: Weight) -> None:
        self.add(other)
        self.cost += other.cost.shared()
        self.each += other.each.shared()

    def total_cost(self) -> Cost:
        """Where no page is around them."""
        return self.cost + self.each.times(ASSUMED_ENTRIES)


class Scale:
    """Weighs the selections of one document; `fragments` are those already weighed, by name.

    It recurses only within a definition, and less deeply than the parser did.
    """

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self.fragments: dict[str, Weight] = {}

    def selections(self, selected: SelectionSetNode, parent: Parent) -> Weight:
        weight = Weight()
        for node in selected.selections:
            weight.selections += 1
            weight.directives += len(node.directives or ())
            if isinstance(node, FieldNode):
                self._add_field(weight, node, parent)
            elif isinstance(node, FragmentSpreadNode):
                weight.add_with_cost(self.fragments.get(node.name.value, Weight()))
            elif isinstance(node, InlineFragmentNode):
                narrowed = self.named_type(node.type_condition.name.value) if node.type_condition else parent
                weight.add_with_cost(self.selections(node.selection_set, narrowed))
        return weight

    def named_type(self, name: str) -> Parent:
        found = self._schema.get_type(name)
        return found if is_composite_type(found) else None

    def _add_field(self, weight: Weight, node: FieldNode, parent: Parent) -> None:
        weight.aliases += node.alias is not None
        name, below = node.name.value, Weight()
        cost, each = (ONE, FREE)
        if node.selection_set:
            field = self._schema.get_field(parent, name) if parent else None
            kind = get_named_type(field.type) if field else None
            below = self.selections(node.selection_set, kind if is_composite_type(kind) else None)
            cost, each = _costs(node, field, below, f"{parent and parent.name}.{name}")
        below.depth += 1
        weight.add(below)
        if not name.startswith("__"):
            weight.cost += cost
            weight.each += each


def _costs(node: FieldNode, field: GraphQLField | None, below: Weight, name: str) -> tuple[Cost, Cost]:
    """Of a field with selections: its cost, and its cost for each entry of the page around it; one of them is none.

    A connection hands its size to the lists directly in it; any other list has a size of its own, or an assumed one.
    """
    size = page_size(node, field) if field else None
    size = ENTRIES.get(name) if size is None else size
    is_list = field is not None and isinstance(get_nullable_type(field.type), GraphQLList)
    entries = ASSUMED_ENTRIES if size is None or is_list else size
    cost = Cost(1 + WORK.get(name, 0)) + below.cost + below.each.times(entries)
    if not is_list:
        return cost, FREE
    return (FREE, cost) if size is None else (cost.times(size), FREE)
