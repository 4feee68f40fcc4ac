"""Query, mutation or subscription? Asked only when an operation is to be ended early. Pure."""

from __future__ import annotations

from graphql import GraphQLError, OperationType, get_operation_ast, parse

MOST_TOKENS = 20_000


def kind_of(query: str, operation_name: str | None) -> OperationType:
    """What is not even GraphQL counts as a query: it changes nothing."""
    if "mutation" not in query and "subscription" not in query:
        return OperationType.QUERY
    try:
        document = parse(query, no_location=True, max_tokens=MOST_TOKENS)
    except (GraphQLError, RecursionError):
        return OperationType.QUERY
    operation = get_operation_ast(document, operation_name)
    return operation.operation if operation else OperationType.QUERY
