"""Which operation of a document is meant: GraphQL's GetOperation (specification, 6.1), over every transport."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import DocumentNode, GraphQLError, OperationDefinitionNode
from strawberry.extensions.base_extension import SchemaExtension

NO_SUCH_OPERATION = "The document has no such operation; with several, `operationName` must name one."


class ChosenOperation(SchemaExtension):
    """Refuses to choose. Strawberry would take the first of several. To be listed after what parses."""

    def on_parse(self) -> Iterator[None]:
        context = self.execution_context
        assert context.graphql_document
        if context._provided_operation_name is None and _has_several(context.graphql_document):
            raise GraphQLError(NO_SUCH_OPERATION, extensions={"code": "BAD_USER_INPUT"})
        yield


def _has_several(document: DocumentNode) -> bool:
    return sum(isinstance(each, OperationDefinitionNode) for each in document.definitions) > 1
