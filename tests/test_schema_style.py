"""The schema explains itself, keeps Relay's shapes, and lets nobody in without asking who it is."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest
import strawberry
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    get_named_type,
)

from resolvers import root, viewer
from resolvers.export import sdl
from schema.permissions import SignedIn

CAMEL = re.compile(r"[a-z][a-zA-Z0-9]*$")
PASCAL = re.compile(r"[A-Z][a-zA-Z0-9]*$")
SHOUTED = re.compile(r"[A-Z][A-Z0-9_]*$")
NO_REASON = {None, "", "No longer supported"}
PAGE = {"first": "Int", "after": "String", "last": "Int", "before": "String"}
PAGE_INFO = {
    "hasNextPage": "Boolean!",
    "hasPreviousPage": "Boolean!",
    "startCursor": "String",
    "endCursor": "String",
}


@pytest.fixture(scope="module")
def served() -> GraphQLSchema:
    return build_schema(sdl())


def test_everything_has_a_description(served: GraphQLSchema) -> None:
    assert [place for place, part in parts(served) if not (part.description or "").strip()] == []


def test_names_have_the_usual_form(served: GraphQLSchema) -> None:
    assert list(odd_names(served)) == []


def test_a_deprecation_says_why(served: GraphQLSchema) -> None:
    assert list(unexplained(served)) == []


def test_lists_are_connections_in_relays_shape(served: GraphQLSchema) -> None:
    assert list(odd_shapes(served)) == []


def test_every_object_with_an_id_is_a_node(served: GraphQLSchema) -> None:
    without_node = {"Attachment"}  # part of its message; nothing else refers to it
    objects = [kind for kind in types(served) if isinstance(kind, GraphQLObjectType)]
    assert {kind.name for kind in objects if ("id" in kind.fields) != _is_node(kind)} == without_node


def test_every_node_can_be_asked_for_by_its_id(served: GraphQLSchema) -> None:
    nodes = {kind.name for kind in types(served) if isinstance(kind, GraphQLObjectType) and _is_node(kind)}
    assert set(re.findall(r'case "(\w+)"', inspect.getsource(viewer.node))) == nodes


@pytest.mark.parametrize("operation", ["query_type", "mutation_type", "subscription_type"])
def test_every_root_field_asks_who_is_there(operation: str) -> None:
    schema = root.build_schema(introspection=True)._schema
    fields = getattr(schema, operation).fields
    assert fields
    assert [name for name, field in fields.items() if SignedIn not in _permissions(field)] == []


def test_a_field_that_asks_nobody_is_noticed() -> None:
    @strawberry.type
    class Query:
        open_door: int = strawberry.field(description="Nobody is asked.", default=1)

    query = strawberry.Schema(Query)._schema.query_type
    assert query is not None
    assert _permissions(query.fields["openDoor"]) == []


BAD = """
"The root."
type Query { "Odd." a_b(X: Int): fanList "Old." old: Int @deprecated(reason: "") nodeless: FanConnection }
type fanList { "An id." id: ID! }
enum Colour { red @deprecated }
input Paint { Colour: Colour }
type FanConnection { edges: [FanEdge] pageInfo: PageInfo! totalCount: Int! nodes: [Fan!]! }
type FanEdge { cursor: String node: Fan! }
type PageInfo { hasNextPage: Boolean! }
type Fan { "A name." name: String }
"""


def test_what_is_wrong_is_noticed() -> None:
    bad = build_schema(BAD)
    undescribed = {place for place, part in parts(bad) if not part.description}
    assert {"fanList", "Colour", "Colour.red", "Paint.Colour", "Query.a_b(X)", "Fan"} <= undescribed
    assert set(odd_names(bad)) == {"Query.a_b", "Query.a_b(X)", "fanList", "Colour.red", "Paint.Colour"}
    assert set(unexplained(bad)) == {"Query.old", "Colour.red"}
    assert set(odd_shapes(bad)) == {
        "FanConnection.edges: [FanEdge]",
        "FanEdge.cursor: String",
        "PageInfo",
        "Query.nodeless takes no page",
    }


def types(schema: GraphQLSchema) -> Iterator[GraphQLNamedType]:
    return (kind for name, kind in sorted(schema.type_map.items()) if not name.startswith("__"))


def parts(schema: GraphQLSchema) -> Iterator[tuple[str, Any]]:
    """Every type, enum value, field, argument and input field with the place where it stands."""
    for kind in types(schema):
        yield kind.name, kind
        if isinstance(kind, GraphQLEnumType):
            yield from ((f"{kind.name}.{name}", value) for name, value in kind.values.items())
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            for name, field in kind.fields.items():
                yield f"{kind.name}.{name}", field
                arguments = getattr(field, "args", {})
                yield from ((f"{kind.name}.{name}({each})", argument) for each, argument in arguments.items())


def odd_names(schema: GraphQLSchema) -> Iterator[str]:
    for place, _ in parts(schema):
        holder, _, name = place.rstrip(")").replace("(", ".").rpartition(".")
        form = PASCAL if not holder else CAMEL
        if isinstance(schema.type_map.get(holder), GraphQLEnumType):
            form = SHOUTED
        if not form.match(name):
            yield place


def unexplained(schema: GraphQLSchema) -> Iterator[str]:
    for place, part in parts(schema):
        reason = getattr(part, "deprecation_reason", None)
        if reason is not None and reason.strip() in NO_REASON:
            yield place


def odd_shapes(schema: GraphQLSchema) -> Iterator[str]:
    if _signatures(schema.type_map["PageInfo"]) != PAGE_INFO:
        yield "PageInfo"
    for kind in types(schema):
        if kind.name.endswith("Connection"):
            node = kind.name.removesuffix("Connection")
            edges = {"edges": f"[{node}Edge!]!", "nodes": f"[{node}!]!"}
            yield from _departures(kind, {**edges, "pageInfo": "PageInfo!", "totalCount": "Int!"})
        elif kind.name.endswith("Edge"):
            yield from _departures(kind, {"cursor": "String!", "node": f"{kind.name.removesuffix('Edge')}!"})
    for place, part in parts(schema):
        arguments = {name: str(each.type) for name, each in getattr(part, "args", {}).items()}
        returned = getattr(part, "type", None)
        if returned and get_named_type(returned).name.endswith("Connection") and not PAGE.items() <= arguments.items():
            yield f"{place} takes no page"


def _departures(kind: Any, wanted: dict[str, str]) -> Iterator[str]:
    found = _signatures(kind)
    yield from (f"{kind.name}.{name}: {found.get(name)}" for name, form in wanted.items() if found.get(name) != form)


def _signatures(kind: Any) -> dict[str, str]:
    return {name: str(field.type) for name, field in kind.fields.items()}


def _is_node(kind: GraphQLObjectType) -> bool:
    return "Node" in {interface.name for interface in kind.interfaces}


def _permissions(field: Any) -> list[type]:
    """What strawberry asks before it resolves the field."""
    classes: list[type] = field.extensions["strawberry-definition"].permission_classes
    return classes
