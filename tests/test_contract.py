"""The exported schema is the one that is served, and agrees with the public contract wherever both have a name.

`contract/schema.graphql` is fixed. `contract/later.txt` lists what of it is served by a later release; it only
shrinks: a name that is served already must leave the list.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    print_ast,
)

from resolvers.export import EXPORTED, sdl

CONTRACT = Path(__file__).parent / "contract"
LATER = (CONTRACT / "later.txt").read_text().split()
Fielded = GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType
Value = GraphQLArgument | GraphQLInputField


@pytest.fixture(scope="module")
def contract() -> GraphQLSchema:
    return build_schema((CONTRACT / "schema.graphql").read_text())


@pytest.fixture(scope="module")
def served() -> GraphQLSchema:
    return build_schema(sdl())


def test_the_exported_schema_is_the_one_that_is_served() -> None:
    assert EXPORTED.read_text() == sdl(), "run `make schema`"


def test_what_is_served_agrees_with_the_contract(contract: GraphQLSchema, served: GraphQLSchema) -> None:
    assert list(differences(contract, served)) == []


def test_a_name_that_is_served_has_left_the_list(contract: GraphQLSchema, served: GraphQLSchema) -> None:
    assert sorted(set(LATER) - set(missing(contract, served))) == []


def test_nothing_is_missing_that_is_not_on_the_list(contract: GraphQLSchema, served: GraphQLSchema) -> None:
    assert sorted(set(missing(contract, served)) - set(LATER)) == []


def test_the_list_is_in_order() -> None:
    assert sorted(LATER) == LATER


SMALL = "enum Colour { RED BLUE } input Paint { colour: Colour! = RED } type Query { a(x: Int! = 1, p: Paint): Int! }"


@pytest.mark.parametrize(
    ("text", "difference"),
    [
        ("enum Colour { RED BLUE GREEN } type Query { a(x: Int! = 1, y: Int): Int! b: Int }", None),
        ("type Query { a(x: Int! = 1): Int }", "Query.a: Int! became Int"),
        ("type Query { a(x: Int! = 1): String! }", "Query.a: Int! became String!"),
        ("type Query { a(x: Int! = 2): Int! }", "Query.a(x): the default 1 became 2"),
        ("type Query { a(x: Int = 1): Int! }", "Query.a(x): Int! became Int"),
        ("type Query { a(x: Int! = 1, y: Int!): Int! }", "Query.a(y): required, and not in the contract"),
        ("enum Colour { RED } type Query { a(x: Int! = 1): Int! }", "Colour.BLUE is missing"),
        ("enum Paint { RED } type Query { a(x: Int! = 1): Int! }", "Paint is another kind of type"),
        ("input Paint { b: Int! } type Query { a(x: Int! = 1): Int! }", "Paint.b: required, and not in the contract"),
    ],
)
def test_a_difference_is_noticed(text: str, difference: str | None) -> None:
    found = list(differences(build_schema(SMALL), build_schema(text)))
    assert found == ([difference] if difference else [])


def test_what_is_missing_is_noticed() -> None:
    here = build_schema("enum Colour { RED } type Query { b: Int }")
    assert sorted(missing(build_schema(SMALL), here)) == ["Paint", "Query.a"]
    here = build_schema("type Query { a: Int! }")
    assert sorted(missing(build_schema(SMALL), here)) == ["Colour", "Paint", "Query.a(p)", "Query.a(x)"]


def missing(contract: GraphQLSchema, served: GraphQLSchema) -> Iterator[str]:
    """Types the contract has and we have not; fields and arguments of types that both have."""
    for name, wanted in _types(contract):
        here = served.type_map.get(name)
        if here is None:
            yield name
        elif isinstance(wanted, Fielded) and isinstance(here, Fielded):
            yield from _missing_fields(name, wanted.fields, here.fields)


def _missing_fields(type_name: str, wanted: dict[str, object], here: dict[str, object]) -> Iterator[str]:
    for name, field in wanted.items():
        if name not in here:
            yield f"{type_name}.{name}"
        elif isinstance(field, GraphQLField):
            for argument in field.args.keys() - here[name].args.keys():  # type: ignore[attr-defined]
                yield f"{type_name}.{name}({argument})"


def differences(contract: GraphQLSchema, served: GraphQLSchema) -> Iterator[str]:
    """What a client of the contract would stumble over. More types, fields, values and optional arguments are fine."""
    for name, wanted in _types(contract):
        here = served.type_map.get(name)
        if here is None:
            continue
        if type(here) is not type(wanted):
            yield f"{name} is another kind of type"
        elif isinstance(wanted, GraphQLEnumType) and isinstance(here, GraphQLEnumType):
            yield from (f"{name}.{value} is missing" for value in wanted.values if value not in here.values)
        elif isinstance(wanted, GraphQLInputObjectType) and isinstance(here, GraphQLInputObjectType):
            yield from _values(name, ".{}", wanted.fields, here.fields)
        elif isinstance(wanted, Fielded) and isinstance(here, Fielded):
            yield from _fields(name, wanted, here)


def _fields(name: str, wanted: Fielded, here: Fielded) -> Iterator[str]:
    assert not isinstance(wanted, GraphQLInputObjectType)
    assert not isinstance(here, GraphQLInputObjectType)
    lost = {each.name for each in wanted.interfaces} - {each.name for each in here.interfaces}
    yield from (f"{name} is no {interface} any more" for interface in sorted(lost))
    for field_name in wanted.fields.keys() & here.fields.keys():
        ours, theirs = here.fields[field_name], wanted.fields[field_name]
        if str(ours.type) != str(theirs.type):
            yield f"{name}.{field_name}: {theirs.type} became {ours.type}"
        yield from _values(f"{name}.{field_name}", "({})", theirs.args, ours.args)


def _values(place: str, form: str, wanted: dict[str, Value], here: dict[str, Value]) -> Iterator[str]:
    for name, ours in here.items():
        where = place + form.format(name)
        theirs = wanted.get(name)
        if theirs is None:
            if str(ours.type).endswith("!") and _default(ours) is None:
                yield f"{where}: required, and not in the contract"
            continue
        if str(ours.type) != str(theirs.type):
            yield f"{where}: {theirs.type} became {ours.type}"
        if _default(ours) != _default(theirs):
            yield f"{where}: the default {_default(theirs)} became {_default(ours)}"


def _default(value: Value) -> str | None:
    """As it is written; a default of null is what leaving the value out means anyway."""
    written = value.ast_node.default_value if value.ast_node else None
    return None if written is None or print_ast(written) == "null" else print_ast(written)


def _types(schema: GraphQLSchema) -> Iterator[tuple[str, object]]:
    return ((name, kind) for name, kind in sorted(schema.type_map.items()) if not name.startswith("__"))
