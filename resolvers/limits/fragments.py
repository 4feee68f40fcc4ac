"""The definitions of a document in an order in which each fragment comes before what spreads it. Pure.

Nothing here recurses: a chain of fragments may be longer than the stack.
"""

from __future__ import annotations

from collections.abc import Iterator

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

Definition = OperationDefinitionNode | FragmentDefinitionNode
Step = tuple[str | None, Iterator[str]]


class FragmentCycle(Exception):
    """A fragment spreads itself, directly or through others. `name` is the fragment's."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Fragments:
    """The fragments of a document by name; of several with one name the last counts, as in GraphQL's own rules."""

    def __init__(self, document: DocumentNode) -> None:
        self._definitions = [each for each in document.definitions if isinstance(each, Definition)]
        self.named = {each.name.value: each for each in self._definitions if isinstance(each, FragmentDefinitionNode)}
        self._known: set[str] = set()

    def roots(self) -> Iterator[tuple[Definition, list[FragmentDefinitionNode]]]:
        """Operations, then fragments that nothing until then has spread; each with the fragments it is first to need.

        Raises FragmentCycle.
        """
        for root in self._definitions:
            if isinstance(root, OperationDefinitionNode):
                yield root, list(self._needed(root))
        for root in self._definitions:
            if isinstance(root, FragmentDefinitionNode) and not self._is_known(root):
                yield root, list(self._needed(root))

    def _needed(self, root: Definition) -> Iterator[FragmentDefinitionNode]:
        """What it spreads and has not been given before, the innermost first."""
        path: list[Step] = [(None, iter(spread_names(root.selection_set)))]
        while path:
            name, spreads = path[-1]
            following = next((each for each in spreads if each in self.named and each not in self._known), None)
            if following is not None:
                if any(following == above for above, _ in path):
                    raise FragmentCycle(following)
                path.append((following, iter(spread_names(self.named[following].selection_set))))
                continue
            path.pop()
            if name is not None:
                self._known.add(name)
                yield self.named[name]

    def _is_known(self, fragment: FragmentDefinitionNode) -> bool:
        name = fragment.name.value
        return name in self._known and self.named[name] is fragment


def spread_names(selected: SelectionSetNode) -> list[str]:
    """Of all fragments spread anywhere within, each once."""
    names: dict[str, None] = {}
    waiting = [selected]
    while waiting:
        for selection in waiting.pop().selections:
            if isinstance(selection, FragmentSpreadNode):
                names[selection.name.value] = None
            elif isinstance(selection, FieldNode | InlineFragmentNode) and selection.selection_set:
                waiting.append(selection.selection_set)
    return list(names)
