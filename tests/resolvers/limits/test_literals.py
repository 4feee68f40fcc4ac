"""The largest object, list, row of arguments and number that a document writes out."""

from __future__ import annotations

import pytest
from graphql import DocumentNode, ListValueNode, NullValueNode, ValueNode, parse

from resolvers.limits.literals import Literals, literals


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{ a }", Literals()),
        ("{ a(x: {}) }", Literals(arguments=1)),
        ("{ a(x: {b: true, c: null}, y: {d: $v}) }", Literals(fields=2, arguments=2)),
        ("{ a(x: [E, $v, [E]]) { b(y: [[E, E, E, E]]) } }", Literals(entries=4, arguments=1)),
        ("{ a(x: {b: [{c: {d: true, e: true, f: [E, E]}}]}) }", Literals(fields=3, entries=2, arguments=1)),
        ("{ a(x: 123, y: -1.5e10) }", Literals(arguments=2, digits=7)),
        ('{ a(x: "12345678901234567890") }', Literals(arguments=1)),
        ("query ($v: [Int] = [1, 22, 333]) { a }", Literals(entries=3, digits=3)),
        ("query ($v: Int @c(x: 1234)) @d(x: 1, y: 2) { a @e(x: {b: 12345}) }", Literals(1, 0, 2, 5)),
        ("{ ...f ...f ...g } fragment f on T @d(x: 12) { ... on U { a(x: [1]) } }", Literals(0, 1, 1, 2)),
        ("{ a } type T { f(x: Int = 123): Int @d(x: {a: 1, b: 2}) }", Literals(2, 0, 1, 3)),
    ],
)
def test_the_largest_of_each_kind_is_found_wherever_it_stands(query: str, expected: Literals) -> None:
    assert literals(parse(query)) == expected


def test_it_may_be_deeper_than_the_stack() -> None:
    """Built by hand: the parser itself would give up."""
    value: ValueNode = ListValueNode(values=(NullValueNode(), NullValueNode()))
    for _ in range(5_000):
        value = ListValueNode(values=(value,))
    assert literals(DocumentNode(definitions=(value,))).entries == 2  # type: ignore[arg-type]
