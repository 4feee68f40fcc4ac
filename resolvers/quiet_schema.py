"""A schema that leaves logging to the masking: a client's mistake is no error of ours."""

from __future__ import annotations

import re

import strawberry
from graphql import GraphQLError
from strawberry.types import ExecutionContext

SUGGESTION = re.compile(r" Did you mean [^?]*\?")
"""How graphql-core names what the schema has."""


class QuietSchema(strawberry.Schema):
    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """The stock schema logs every client mistake at ERROR with a traceback; see `resolvers.masking` instead.

        It also takes suggestions out of unknown fields alone; arguments, types and enum values are told just as well.
        """
        del execution_context
        if self.config.disable_field_suggestions:
            for error in errors:
                if error.path is None:
                    error.message = SUGGESTION.sub("", error.message)
