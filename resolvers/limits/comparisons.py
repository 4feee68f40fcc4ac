"""How many pairs of selections GraphQL's validation would compare to see whether they can share a place. Pure.

Walks the document with its fragments spread out, so that it is only to be asked where that has been found to be small.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from graphql import FieldNode, FragmentDefinitionNode, FragmentSpreadNode, InlineFragmentNode, SelectionSetNode

from resolvers.limits.fragments import Fragments

Named = Mapping[str, FragmentDefinitionNode]


def comparisons(fragments: Fragments) -> int:
    """Of all definitions together."""
    return sum(_pairs((root.selection_set,), fragments.named) for root, _ in fragments.roots())


def _pairs(selected: Iterable[SelectionSetNode], fragments: Named) -> int:
    """Fields of one name, with each other and below; spreads with each other."""
    spreads, places = _merged(selected, fragments)
    found = _pairs_of(spreads)
    for fields in places.values():
        below = [field.selection_set for field in fields if field.selection_set]
        found += _pairs_of(len(fields)) + (_pairs(below, fragments) if below else 0)
    return found


def _merged(selected: Iterable[SelectionSetNode], fragments: Named) -> tuple[int, dict[str, list[FieldNode]]]:
    """The number of spreads, and the fields by their place in the answer."""
    spreads, places, waiting = 0, defaultdict(list), list(selected)
    while waiting:
        for selection in waiting.pop().selections:
            if isinstance(selection, FieldNode):
                places[(selection.alias or selection.name).value].append(selection)
            elif isinstance(selection, InlineFragmentNode):
                waiting.append(selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode):
                spreads += 1
                if fragment := fragments.get(selection.name.value):
                    waiting.append(fragment.selection_set)
    return spreads, places


def _pairs_of(count: int) -> int:
    return count * (count - 1) // 2
