"""Validation that gives up after a few mistakes, and remembers what it found."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from graphql import ASTValidationRule, DocumentNode, GraphQLError, GraphQLSchema
from graphql import validate as validate_by
from strawberry.extensions.base_extension import SchemaExtension
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from resolvers.limits import bounds
from resolvers.limits.document import CACHED_DOCUMENTS

STRAWBERRYS_OWN = (MaybeNullValidationRule, OneOfInputValidationRule)
"""Which its own validation adds to the rules of a request."""
Rules = tuple[type[ASTValidationRule], ...]


@lru_cache(maxsize=CACHED_DOCUMENTS)
def validate(schema: GraphQLSchema, document: DocumentNode, rules: Rules) -> list[GraphQLError]:
    """At most MISTAKES, and then a word that there are more."""
    return validate_by(schema, document, (*rules, *STRAWBERRYS_OWN), max_errors=bounds.MISTAKES)


class BoundedValidation(SchemaExtension):
    """In the place of strawberry's own, which goes on to a hundred: each may print what it is about as a whole."""

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        assert context.graphql_document
        context.pre_execution_errors = validate(
            context.schema._schema, context.graphql_document, context.validation_rules
        )
        yield
