"""What the values written into a document measure, found in one walk and without reading any of them. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FloatValueNode,
    IntValueNode,
    ListValueNode,
    Node,
    ObjectValueNode,
)
from graphql.language.ast import QUERY_DOCUMENT_KEYS


@dataclass(slots=True)
class Literals:
    """Of the largest of each kind, wherever it stands. `digits` counts the characters of a number."""

    fields: int = 0
    entries: int = 0
    arguments: int = 0
    digits: int = 0

    def add(self, node: Node) -> None:
        if isinstance(node, ObjectValueNode):
            self.fields = max(self.fields, len(node.fields))
        elif isinstance(node, ListValueNode):
            self.entries = max(self.entries, len(node.values))
        elif isinstance(node, FieldNode | DirectiveNode):
            self.arguments = max(self.arguments, len(node.arguments or ()))
        elif isinstance(node, IntValueNode | FloatValueNode):
            self.digits = max(self.digits, len(node.value))


def literals(document: DocumentNode) -> Literals:
    """In linear time: what a fragment holds counts once. Nothing here recurses."""
    found = Literals()
    waiting: list[Node] = [document]
    while waiting:
        node = waiting.pop()
        found.add(node)
        for key in QUERY_DOCUMENT_KEYS.get(node.kind, ()):
            below = getattr(node, key, None)
            if isinstance(below, Node):
                waiting.append(below)
            elif below:
                waiting.extend(below)
    return found
