"""Depth, selections, aliases and directives of whole documents."""

from __future__ import annotations

import pytest
from graphql import parse
from hypothesis import given
from hypothesis import strategies as st

from resolvers.limits.comparisons import comparisons
from resolvers.limits.document import weigh
from resolvers.limits.fragments import FragmentCycle, Fragments
from tests.resolvers.limits.hostile import bomb
from tests.resolvers.limits.shop import SCHEMA

Amounts = tuple[int, int, int, int]


def amounts(query: str) -> Amounts:
    total = weigh(SCHEMA, parse(query)).total
    return total.depth, total.selections, total.aliases, total.directives


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{ me { id } }", (2, 2, 0, 0)),
        ("{ a: me { b: id } c: __typename }", (2, 3, 3, 0)),
        ("{ ... { ... on Query { me { id } } } }", (2, 4, 0, 0)),
        ("{ ...f ...f } fragment f on Query { a: me { id } }", (2, 6, 2, 0)),
        ("{ me { boss { ...f } } } fragment f on User { boss { id } }", (4, 5, 0, 0)),
        ("query @a { me @b { id @c @d } ... @e { x } ...f @g } fragment f on Query @h { y }", (2, 6, 0, 7)),
        ("query ($v: Int @a) { me { id } }", (2, 2, 0, 1)),
        ("query A { me { id } } query B { me { boss { id } } }", (3, 5, 0, 0)),
        ("{ __schema { types { fields { name } } } }", (4, 4, 0, 0)),
        ("{ me { id } } type X { y: Int }", (2, 2, 0, 0)),
        ("{ me { } }", (1, 1, 0, 0)),
        ("{ ...absent }", (0, 1, 0, 0)),
    ],
)
def test_amounts_are_those_with_all_fragments_spread_out(query: str, expected: Amounts) -> None:
    assert amounts(query) == expected


def test_a_fragment_nobody_spreads_counts_too() -> None:
    """Other rules look at it before they refuse it."""
    assert amounts("{ me { id } } fragment f on Query { a: me { id } }") == (2, 4, 1, 0)


def test_of_two_fragments_with_one_name_both_count() -> None:
    query = "{ ...f } fragment f on Query { a: me { b: id } } fragment f on Query { me { id } }"
    assert amounts(query) == (2, 5, 2, 0)


@pytest.mark.parametrize("leaf", ["__typename", "me { id }", ""])
def test_doubling_fragments_are_counted_exactly(leaf: str) -> None:
    below = {"__typename": 1, "me { id }": 2, "": 0}[leaf]
    spreads = sum(2**n for n in range(1, 61))
    assert amounts(bomb(60, leaf))[1] == 1 + spreads + below * 2**60


@pytest.mark.parametrize(
    "query",
    [
        "{ ...f } fragment f on Query { ...f }",
        "{ ...f } fragment f on Query { me { boss { ...g } } } fragment g on User { ... { ...f } }",
        "{ me { id } } fragment f on Query { ...g } fragment g on Query { ...f }",
    ],
)
def test_a_cycle_is_noticed(query: str) -> None:
    with pytest.raises(FragmentCycle):
        weigh(SCHEMA, parse(query))


def test_a_chain_longer_than_the_stack_is_weighed() -> None:
    links = " ".join(f"fragment f{n} on User {{ boss {{ ...f{n + 1} }} }}" for n in range(5_000))
    assert amounts(f"{{ me {{ ...f0 }} }} {links} fragment f5000 on User {{ id }}")[0] == 5_002


def test_weighing_goes_by_the_definitions_not_by_the_spreads() -> None:
    """Every fragment spreads all that follow: 2^199 ways, and each is walked once."""
    names = range(200)
    links = (f"fragment f{n} on Query {{ me {{ id }} {' '.join(f'...f{m}' for m in names[n + 1 :])} }}" for n in names)
    assert amounts("{ ...f0 } " + " ".join(links))[1] > 2**199


@pytest.mark.parametrize(
    ("query", "pairs"),
    [
        ("{ me { id name } }", 0),
        ("{ me { id id id } }", 3),
        ("{ me { id } me { id } }", 2),
        ("{ a: me { id } b: me { id } }", 0),
        ("{ me { id } me { id } me { id } }", 6),
        ("{ ... { me { id } } ... on Query { me { id } } }", 2),
        ("{ ...f ...g } fragment f on Query { me { id } } fragment g on Query { me { name } }", 2),
        ("{ ...f ...f ...f } fragment f on Query { tags }", 6),
        ("{ tags } fragment f on Query { tags tags }", 1),
        ("query A { tags tags } query B { tags tags tags }", 4),
        ("{ ...absent }", 0),
    ],
)
def test_pairs_that_share_a_place_are_counted(query: str, pairs: int) -> None:
    assert comparisons(Fragments(parse(query))) == pairs


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, list[list[int | None]]]:
    """Fragments, each a list of leaves (None) and of spreads of later fragments."""
    count = draw(st.integers(1, 6))
    bodies = [
        draw(st.lists(st.sampled_from([None, *range(n + 1, count)]), min_size=1, max_size=4)) for n in range(count)
    ]
    order = draw(st.permutations(range(count)))
    written = (
        f"fragment f{n} on Query {{ {' '.join('tags' if each is None else f'...f{each}' for each in bodies[n])} }}"
        for n in order
    )
    return "{ ...f0 } " + " ".join(written), bodies


@given(documents())
def test_each_fragment_counts_as_often_as_it_is_spread(drawn: tuple[str, list[list[int | None]]]) -> None:
    query, bodies = drawn

    def size(fragment: int) -> int:
        return sum(1 + (0 if each is None else size(each)) for each in bodies[fragment])

    document = parse(query)
    [(_, needed), *others] = Fragments(document).roots()
    assert weigh(SCHEMA, document).total.selections >= 1 + size(0)
    if not others:
        assert weigh(SCHEMA, document).total.selections == 1 + size(0)
    names = [each.name.value for each in needed]
    for place, name in enumerate(names):
        spread = {f"f{each}" for each in bodies[int(name[1:])] if each is not None}
        assert spread <= set(names[:place])
