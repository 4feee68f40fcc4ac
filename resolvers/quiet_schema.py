"""A schema that leaves logging to the masking: a client's mistake is no error of ours."""

from __future__ import annotations

import strawberry
from graphql import GraphQLError
from strawberry.types import ExecutionContext


class QuietSchema(strawberry.Schema):
    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """The stock schema logs every client mistake at ERROR with a traceback; see `resolvers.masking` instead."""
