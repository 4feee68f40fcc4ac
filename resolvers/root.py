"""The schema: root types composed of each noun's fields."""

from __future__ import annotations

from collections.abc import Callable

from graphql.validation import NoSchemaIntrospectionCustomRule
from strawberry.extensions import AddValidationRules, ParserCache, ValidationCache
from strawberry.extensions.base_extension import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types

from resolvers.conversations import ConversationQueries
from resolvers.creator_accounts import CreatorAccountMutations
from resolvers.fans import FanMutations, FanQueries
from resolvers.live import LiveSubscriptions
from resolvers.messages import MessageMutations, MessageQueries
from resolvers.queue import QueueQueries
from resolvers.quiet_schema import QuietSchema
from resolvers.viewer import ViewerQueries
from schema.errors import ERROR_TYPES
from schema.live import EVENT_TYPES
from schema.scalars import SCALARS

CACHED_DOCUMENTS = 1000

Query = merge_types("Query", (ViewerQueries, FanQueries, ConversationQueries, MessageQueries, QueueQueries))
Mutation = merge_types("Mutation", (FanMutations, MessageMutations, CreatorAccountMutations))
Subscription = merge_types("Subscription", (LiveSubscriptions,))


def build_schema(*, introspection: bool) -> QuietSchema:
    """The one schema of a process. Caches belong to it; limits and masking are applied by the transport."""
    extensions: list[Callable[[], SchemaExtension]] = [
        lambda: ParserCache(maxsize=CACHED_DOCUMENTS),
        lambda: ValidationCache(maxsize=CACHED_DOCUMENTS),
    ]
    if not introspection:
        extensions.insert(0, lambda: AddValidationRules([NoSchemaIntrospectionCustomRule]))
    return QuietSchema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[*ERROR_TYPES, *EVENT_TYPES],
        extensions=extensions,
        config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=not introspection),
    )
