"""Cost: the number of values an answer may hold."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import GraphQLObjectType, parse

from resolvers.limits import bounds
from resolvers.limits.cost import ENTRIES, WORK, Cost
from resolvers.limits.document import weigh
from resolvers.root import build_schema
from tests.resolvers.limits.shop import SCHEMA


def cost(query: str, variables: dict[str, Any] | None = None, name: str | None = None) -> int:
    found = weigh(SCHEMA, parse(query)).cost_of(name)
    assert found
    return found.given(variables)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{ tags }", 1),
        ("{ me { id name } }", 3),
        ("{ me { boss { boss { id } } } }", 4),
        ("{ me { id } other: me { id } }", 4),
        ("{ users(first: 10) { totalCount } }", 2),
        ("{ users(first: 10) { nodes { id name } pageInfo { endCursor } } }", 1 + 10 * 3 + 2),
        ("{ users(last: 10) { nodes { id } } }", 21),
        ("{ users { nodes { id } } }", 201),
        ("{ users(first: null) { nodes { id } } }", 201),
        ("{ users(first: 10, last: null) { nodes { id } } }", 21),
        ("{ users(first: 10) { nodes { friends(first: 5) { nodes { id } } } } }", 1 + 10 * (1 + 1 + 5 * 2)),
        ("{ top { id } }", 20),
        ("{ top(first: 4) { id } }", 8),
        ("{ me { pets { name } } }", 1 + 3 * 2),
        ("{ staff { id name } tags }", 3 * 3 + 1),
        ("{ page { nodes { id } } }", 1 + 3 * 2),
        ('{ nodes(ids: ["a", "b"]) { id } }', 4),
        ('mutation { retry(ids: ["a", "b"]) { users { id } } }', 1 + 2 * 2),
        ("mutation { retry(ids: []) { users { id } } }", 1),
    ],
)
def test_values_are_counted_as_often_as_they_come(query: str, expected: int) -> None:
    assert cost(query) == expected


@pytest.mark.parametrize("size", ["-1", "-99999999999999999999"])
def test_a_negative_size_counts_as_none(size: str) -> None:
    assert cost(f"{{ users(first: {size}) {{ nodes {{ id }} }} }}") == 1


@pytest.mark.parametrize("size", ["101", "2147483647", "9" * 5000])
def test_a_size_above_the_largest_counts_as_that(size: str) -> None:
    """It is refused with a message of its own, which names the argument."""
    assert cost(f"{{ users(first: {size}) {{ nodes {{ id }} }} }}") == 201


PAGED = "query ($first: Int = 7, $last: Int) { users(first: $first, last: $last) { nodes { id } } }"


@pytest.mark.parametrize(
    ("variables", "size"),
    [
        ({}, 7),
        (None, 7),
        ({"first": 20}, 20),
        ({"first": None}, 100),
        ({"first": None, "last": 30}, 30),
        ({"first": 20, "last": 30}, 30),
        ({"first": 0}, 0),
        ({"first": -5}, 0),
        ({"first": 10**30}, 100),
        ({"first": "20"}, 100),
        ({"first": 1.5}, 100),
        ({"first": {}}, 100),
    ],
)
def test_a_variable_counts_with_its_value(variables: dict[str, Any] | None, size: int) -> None:
    assert cost(PAGED, variables) == 1 + 2 * size


def test_a_list_variable_counts_with_its_length() -> None:
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    assert cost(query, {"ids": ["a", "b", "c"]}) == 6
    assert cost(query, {"ids": []}) == 0


def test_variables_multiply() -> None:
    query = """query ($n: Int, $m: Int) { users(first: $n) { nodes { ...friends } } }
      fragment friends on User { friends(first: $m) { nodes { id } pageInfo { endCursor } } }"""
    assert cost(query, {"n": 10, "m": 5}) == 1 + 10 * (1 + 1 + 5 * 2 + 2)
    assert cost(query, {"n": 0, "m": 5}) == 1


def test_the_page_of_a_connection_reaches_into_fragments() -> None:
    spread = "{ users(first: 10) { ...page } } fragment page on UserConnection { nodes { id } pageInfo { endCursor } }"
    inline = "{ users(first: 10) { ... on UserConnection { nodes { id } pageInfo { endCursor } } } }"
    assert cost(spread) == cost(inline) == 1 + 10 * 2 + 2


def test_each_operation_has_its_own_cost_and_its_own_defaults() -> None:
    query = """query A($n: Int = 2) { ...page } query B($n: Int = 3) { ...page }
      fragment page on Query { users(first: $n) { nodes { id } } }"""
    assert (cost(query, name="A"), cost(query, name="B")) == (5, 7)
    assert weigh(SCHEMA, parse(query)).cost_of("C") is None
    assert weigh(SCHEMA, parse(query)).cost_of(None) is None


def test_introspection_costs_nothing() -> None:
    assert cost("{ __typename __schema { types { fields { name } } } me { id __typename } }") == 2


def test_what_does_not_exist_is_left_to_the_validation() -> None:
    assert cost("{ nobody { nothing } me { id { more } } ... on Nowhere { x } ...absent }") == 6


def test_shared_costs_are_not_copied() -> None:
    """Sixty doublings of a share by reference: the sum is exact, and as short as it was."""
    total = Cost(1, ((5, Cost(1)),))
    for _ in range(12):
        total = total.shared() + total.shared()
        assert len(total.shares) == 2
    assert total.given({}) == 6 * 2**12


def test_lists_and_work_that_cost_more_than_they_look() -> None:
    """Of the product's own schema: each name is one of its fields."""
    schema = build_schema(introspection=False)._schema
    for name in (*ENTRIES, *WORK):
        parent, field = name.split(".")
        kind = schema.get_type(parent)
        assert isinstance(kind, GraphQLObjectType)
        assert field in kind.fields

    def price(query: str) -> int:
        found = weigh(schema, parse(query)).cost_of(None)
        assert found is not None
        return found.given({})

    revenue = "revenue { periodStart revenueCents offeredCents purchases tipsCents messages }"
    assert price(f"{{ analytics {{ {revenue} }} }}") == 501 + 1000 * 7
    totals = "totals { revenueCents } previousTotals { revenueCents }"
    assert price(f"{{ analytics {{ totalFans {totals} }} }}") == 501 + 1 + 2 * 502
    skipped = "mutation { sendBulkMessage(input: {}) { skipped { reason } } }"
    assert price(skipped) == 1 + 100 * 2
    assert price(f"{{ analytics {{ {totals} {revenue} }} }}") <= bounds.COST / 2
