"""Query, mutation or subscription? Asked only when an operation is to be ended early. Pure."""

from __future__ import annotations

from graphql import GraphQLError, OperationDefinitionNode, OperationType, parse

MOST_TOKENS = 20_000


def kind_of(query: str, operation_name: str | None) -> OperationType:
    """What is not even GraphQL counts as a query: it changes nothing."""
    if "mutation" not in query and "subscription" not in query:
        return OperationType.QUERY
    try:
        document = parse(query, no_location=True, max_tokens=MOST_TOKENS)
    except (GraphQLError, RecursionError):
        return OperationType.QUERY
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    # Without a name there is but one: several are refused.
    named = [each for each in operations if operation_name is None or (each.name and each.name.value == operation_name)]
    return named[0].operation if named else OperationType.QUERY
