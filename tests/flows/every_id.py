"""Every place of the schema that takes an id, as operations to run. A new field is found without being named here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_required_argument,
    is_required_input_field,
)

from tests.flows.graphql_client import File

PLAIN: dict[str, Any] = {
    "String": "x",
    "Int": 1,
    "Float": 1.0,
    "Boolean": False,
    "Cents": 100,
    "DateTime": "2030-01-01T00:00:00Z",
    "Date": "2030-01-01",
    "JSON": {},
    "ID": "nothing",
    "Upload": File("fans.csv", b"Username\nrobin\n"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """One argument, or a field within one, that takes an id. `operation` is query, mutation or subscription."""

    operation: str
    field: str
    path: tuple[str, ...]
    document: str

    def variables(self, schema: GraphQLSchema, identifier: str) -> dict[str, Any]:
        """Values for all required arguments, and the id in its place."""
        arguments = _root(schema, self.operation).fields[self.field].args
        values = {name: example(arg.type) for name, arg in arguments.items() if is_required_argument(arg)}
        _put(values, {name: arg.type for name, arg in arguments.items()}, self.path, identifier)
        return values

    def __str__(self) -> str:
        return f"{self.operation} {self.field}({'.'.join(self.path)})"


def places(schema: GraphQLSchema) -> Iterator[Place]:
    """Every root field with every way into it that ends at an ID."""
    for operation in ("query", "mutation", "subscription"):
        for name, field in _root(schema, operation).fields.items():
            for argument, definition in field.args.items():
                for path in _ids_within(definition.type, (argument,)):
                    yield Place(operation, name, path, document(operation, name, field))


def nested(schema: GraphQLSchema) -> Iterator[tuple[str, str]]:
    """(type, operation) for each field of a Node that takes an id; $own is a node of that type, $id goes inside."""
    for name, kind in schema.type_map.items():
        if not isinstance(kind, GraphQLObjectType) or "Node" not in {each.name for each in kind.interfaces}:
            continue
        for field, definition in kind.fields.items():
            for argument, of in definition.args.items():
                if getattr(get_named_type(of.type), "name", "") == "ID":
                    within = f"... on {name} {{ {field}({argument}: $id) {{ {selection(definition.type, 1)} }} }}"
                    yield name, f"query ($own: ID!, $id: {of.type}) {{ node(id: $own) {{ {within} }} }}"


def document(operation: str, name: str, field: GraphQLField) -> str:
    """The field with all its arguments as variables, and everything that can be selected without arguments."""
    declared = ", ".join(f"${argument}: {definition.type}" for argument, definition in field.args.items())
    passed = ", ".join(f"{argument}: ${argument}" for argument in field.args)
    return f"{operation} ({declared}) {{ {name}({passed}) {{ {selection(field.type, 2)} }} }}"


def selection(of: Any, depth: int) -> str:
    """All leaves of a type down to a depth, and those of `errors`."""
    kind = get_named_type(of)
    fields = ["__typename"]
    for name, field in getattr(kind, "fields", {}).items():
        if any(is_required_argument(argument) for argument in field.args.values()):
            continue
        if is_leaf_type(get_named_type(field.type)):
            fields.append(name)
        elif depth > 0:
            fields.append(f"{name} {{ {selection(field.type, depth - 1)} }}")
    return " ".join(fields)


def example(of: GraphQLInputType) -> Any:
    """A value that the type takes."""
    kind: Any = get_nullable_type(of)
    if is_list_type(kind):
        return [example(kind.of_type)]
    if isinstance(kind, GraphQLEnumType):
        return "SANDBOX" if "SANDBOX" in kind.values else next(iter(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        return {name: example(field.type) for name, field in kind.fields.items() if is_required_input_field(field)}
    return PLAIN[kind.name]


def _root(schema: GraphQLSchema, operation: str) -> GraphQLObjectType:
    found = {"query": schema.query_type, "mutation": schema.mutation_type, "subscription": schema.subscription_type}
    kind = found[operation]
    assert kind is not None
    return kind


def _ids_within(of: GraphQLInputType, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    kind: Any = get_named_type(of)
    if isinstance(kind, GraphQLInputObjectType):
        for name, field in kind.fields.items():
            yield from _ids_within(field.type, (*path, name))
    elif getattr(kind, "name", "") == "ID":
        yield path


def _put(values: dict[str, Any], types: dict[str, Any], path: tuple[str, ...], identifier: str) -> None:
    name, rest = path[0], path[1:]
    kind: Any = get_nullable_type(types[name])
    if not rest:
        values[name] = [identifier] if is_list_type(kind) else identifier
        return
    inner: Any = get_named_type(kind)
    inside = values.setdefault(name, example(kind))
    _put(inside, {key: field.type for key, field in inner.fields.items()}, rest, identifier)
