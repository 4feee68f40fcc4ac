"""Every example operation is one that the public schema accepts, with the variables that stand beside it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, build_schema, parse, validate
from graphql.execution.values import get_variable_values

NAMES = ["1-who-am-i", "2-add-fan", "3-watch-inbox", "4-send-message", "5-queue-and-health"]


@pytest.fixture(scope="module")
def examples(pytestconfig: pytest.Config) -> Path:
    return pytestconfig.rootpath / "web" / "graphiql" / "src" / "examples"


@pytest.fixture(scope="module")
def contract(pytestconfig: pytest.Config) -> GraphQLSchema:
    return build_schema((pytestconfig.rootpath / "schema" / "schema.graphql").read_text())


def test_no_example_is_left_out_here(examples: Path) -> None:
    assert sorted(path.stem for path in examples.glob("*.graphql")) == NAMES
    assert {path.stem for path in examples.glob("*.json")} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_schema_accepts_it(name: str, examples: Path, contract: GraphQLSchema) -> None:
    document = parse((examples / f"{name}.graphql").read_text())
    assert validate(contract, document) == []
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    beside = examples / f"{name}.json"
    variables = json.loads(beside.read_text()) if beside.exists() else {}
    declared = {definition.variable.name.value for definition in operation.variable_definitions or ()}
    assert set(variables) == declared
    coerced = get_variable_values(contract, operation.variable_definitions or (), variables)
    assert not isinstance(coerced, list), coerced
