"""The schema: root types composed of each noun's fields."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import strawberry
from graphql.validation import NoSchemaIntrospectionCustomRule
from strawberry.extensions import AddValidationRules, MaxTokensLimiter
from strawberry.extensions.base_extension import SchemaExtension
from strawberry.schema.config import StrawberryConfig

from resolvers.analytics import AnalyticsQueries
from resolvers.campaigns import CampaignMutations, CampaignQueries, CampaignSubscriptions
from resolvers.chosen_operation import ChosenOperation
from resolvers.conversations import ConversationMutations, ConversationQueries
from resolvers.creator_accounts import CreatorAccountMutations
from resolvers.fan_imports import FanImportMutations, FanImportQueries, FanImportSubscriptions
from resolvers.fans import FanMutations, FanQueries
from resolvers.limits import bounds
from resolvers.limits.document import CACHED_DOCUMENTS
from resolvers.limits.parsing import BoundedParser
from resolvers.limits.price import PriceTag
from resolvers.limits.rule import BoundsRule
from resolvers.limits.validation import BoundedValidation
from resolvers.live import LiveSubscriptions
from resolvers.messages import MessageMutations, MessageQueries
from resolvers.queue import QueueQueries, QueueSubscriptions
from resolvers.quiet_schema import QuietSchema
from resolvers.transport.shared_stream import Executor
from resolvers.viewer import ViewerQueries
from schema.errors import ERROR_TYPES
from schema.live import EVENT_TYPES
from schema.scalars import SCALARS
from schema.uploads import UPLOAD


@strawberry.type(description="What can be read.")
class Query(
    ViewerQueries,
    FanQueries,
    FanImportQueries,
    ConversationQueries,
    MessageQueries,
    CampaignQueries,
    QueueQueries,
    AnalyticsQueries,
):
    pass


@strawberry.type(description="What can be changed. Expected failures are in `errors` of the answer.")
class Mutation(
    FanMutations,
    FanImportMutations,
    ConversationMutations,
    MessageMutations,
    CampaignMutations,
    CreatorAccountMutations,
):
    pass


@strawberry.type(description="What can be watched, over the `graphql-transport-ws` protocol.")
class Subscription(LiveSubscriptions, QueueSubscriptions, CampaignSubscriptions, FanImportSubscriptions):
    pass


@cache
def build_schema(*, introspection: bool) -> QuietSchema:
    """The one schema of a process, with its limits; masking is applied by the transport."""
    extensions: list[Callable[[], SchemaExtension]] = [
        lambda: MaxTokensLimiter(bounds.TOKENS),
        lambda: AddValidationRules([BoundsRule]),
        lambda: BoundedParser(maxsize=CACHED_DOCUMENTS),
        ChosenOperation,
        BoundedValidation,
        PriceTag,
    ]
    if not introspection:
        extensions.insert(0, lambda: AddValidationRules([NoSchemaIntrospectionCustomRule]))
    return QuietSchema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[*ERROR_TYPES, *EVENT_TYPES],
        extensions=extensions,
        execution_context_class=Executor,
        config=StrawberryConfig(scalar_map=SCALARS | UPLOAD, disable_field_suggestions=not introspection),
    )
