"""Root fields of conversations."""

from __future__ import annotations

from typing import Annotated

import strawberry

from schema import ids
from schema.context import CurrentInfo
from schema.conversations import KIND, Conversation
from schema.permissions import SignedIn


async def conversation(
    info: CurrentInfo, id: Annotated[strawberry.ID, strawberry.argument(description="The conversation.")]
) -> Conversation | None:
    row = await info.context.loaders.conversations.load(ids.decode(KIND, id))
    return Conversation.of(row) if row else None


@strawberry.type
class ConversationQueries:
    conversation = strawberry.field(
        conversation, permission_classes=[SignedIn], description="One conversation; null if unknown."
    )
