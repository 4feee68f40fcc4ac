"""When do two subscriptions get the same bytes? Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from graphql import FieldNode, Node, VariableNode, Visitor, visit

from resolvers.transport.shared_stream import Executor
from schema.context import Viewer

BEGIN = "after"
"""The argument of a shared stream that says where to begin, and nothing else."""


@dataclass(frozen=True, slots=True)
class ShareKey:
    """All that the result of an event depends on, beside the event: who asks, and for what."""

    owner: UUID
    actor: str
    time_zone: str
    query: str
    operation_name: str | None
    variables: str


def share_key(viewer: Viewer, query: str, executor: Executor, variables: Mapping[str, Any] | None) -> ShareKey:
    """Two operations with equal keys differ at most in where they begin."""
    operation = executor.operation
    name = operation.name.value if operation.name else None
    begin = _only_begins(executor)
    telling = {key: value for key, value in (variables or {}).items() if key != begin}
    principal = viewer.principal
    encoded = json.dumps(telling, sort_keys=True)
    return ShareKey(viewer.owner, principal.actor, principal.time_zone, query, name, encoded)


def _only_begins(executor: Executor) -> str | None:
    """The variable that is used for the beginning, and nowhere else."""
    field = executor.operation.selection_set.selections[0]
    if not isinstance(field, FieldNode):
        return None
    values = [each.value for each in field.arguments or () if each.name.value == BEGIN]
    if not values or not isinstance(values[0], VariableNode):
        return None
    name = values[0].name.value
    uses = _uses(name, [executor.operation.selection_set, *executor.fragment_definitions.values()])
    return name if uses == 1 else None


def _uses(name: str, nodes: Iterable[Node]) -> int:
    counting = _Counting(name)
    for node in nodes:
        visit(node, counting)
    return counting.found


class _Counting(Visitor):
    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.found = 0

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.found += node.name.value == self._name
