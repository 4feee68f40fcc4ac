"""What an operation is, told only from its text."""

from __future__ import annotations

import pytest
from graphql import OperationType

from resolvers.transport.kind import kind_of

QUERY, MUTATION, SUBSCRIPTION = OperationType.QUERY, OperationType.MUTATION, OperationType.SUBSCRIPTION


@pytest.mark.parametrize(
    ("query", "name", "expected"),
    [
        ("{ a }", None, QUERY),
        ("query A { mutation }", None, QUERY),
        ('{ a(text: "mutation { b }") }', None, QUERY),
        ("# mutation\n{ a }", None, QUERY),
        ("mutation { a }", None, MUTATION),
        ("subscription { a }", None, SUBSCRIPTION),
        ("query A { a } mutation B { b }", "A", QUERY),
        ("query A { a } mutation B { b }", "B", MUTATION),
        ("query A { a } mutation B { b }", "C", QUERY),
        ("query A { a } mutation B { b }", None, QUERY),
        ("fragment F on T { f } mutation B { b } query A { a }", None, MUTATION),
        ("mutation B { b } query A { a }", "", QUERY),
        ("mutation {", None, QUERY),
        ("mutation " + "{a" * 5000, None, QUERY),
        ("mutation {" + " a" * 30_000 + "}", None, QUERY),
        ("", None, QUERY),
    ],
)
def test_kinds(query: str, name: str | None, expected: OperationType) -> None:
    assert kind_of(query, name) is expected
