"""Root fields of conversations."""

from __future__ import annotations

from typing import Annotated

import strawberry

from db.queries import conversation_lists
from db.queries.conversation_lists import Column, Order
from resolvers.fans import refused
from resolvers.payloads import answering
from schema import ids
from schema.context import CurrentInfo
from schema.conversations import (
    KIND,
    Conversation,
    ConversationFilter,
    ConversationOrder,
    ConversationPayload,
)
from schema.ordering import OrderDirection, ordered_page, ordered_window
from schema.pagination import After, Before, Connection, First, Last, connect
from schema.permissions import SignedIn
from services.conversations import filter as conversation_filter
from services.conversations.mark_read import mark_read

CONVERSATIONS_A_PAGE = 50


async def conversation(
    info: CurrentInfo, id: Annotated[strawberry.ID, strawberry.argument(description="The conversation.")]
) -> Conversation | None:
    row = await info.context.loaders.conversations.load(ids.decode(KIND, id))
    return Conversation.of(row) if row else None


async def conversations(
    info: CurrentInfo,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
    filter: Annotated[ConversationFilter | None, strawberry.argument(description="Which; all if not given.")] = None,
    order_by: Annotated[
        ConversationOrder | None, strawberry.argument(description="By LAST_MESSAGE_AT, newest first, if not given.")
    ] = None,
) -> Connection[Conversation]:
    owner, reads = info.context.owner, info.context.database.reads
    order = _order(order_by)
    name = f"{order.column.name}:{'DESC' if order.descending else 'ASC'}"
    kinds, nullable = conversation_lists.CURSOR_KINDS, order.nullable
    usual = CONVERSATIONS_A_PAGE
    wanted = ordered_window(name, first, after, last, before, usual=usual, kinds=kinds, nullable=nullable)
    selection = conversation_filter.selection(owner, _filter(filter))
    async with reads() as session:
        page = await conversation_lists.read_list(session, owner, selection, order, wanted)

    async def count() -> int:
        async with reads() as session:
            return await conversation_lists.count_list(session, owner, selection)

    return connect(ordered_page(name, page), Conversation.of, count)


def _order(given: ConversationOrder | None) -> Order:
    if given is None:
        return Order()
    return Order(Column[given.field.name], given.direction is OrderDirection.DESC)


def _filter(given: ConversationFilter | None) -> conversation_filter.ConversationFilter:
    """The filter in our own words. Raises a BAD_USER_INPUT fault that names what is wrong with it."""
    if given is None:
        return conversation_filter.ConversationFilter()
    found = conversation_filter.ConversationFilter(
        unread_only=bool(given.unread_only),
        awaiting_reply=given.awaiting_reply,
        platform=given.platform and given.platform.name,
        account_ids=ids.decode_each("CreatorAccount", given.account_ids),
        search=given.search,
        tags=tuple(given.tags or ()),
        min_fan_value_cents=given.min_fan_value_cents,
        active_after=given.active_after,
        active_before=given.active_before,
    )
    for problem in conversation_filter.problems(found):
        raise refused(problem)
    return found


@answering(ConversationPayload)
async def mark_conversation_read(
    info: CurrentInfo,
    id: Annotated[strawberry.ID, strawberry.argument(description="The conversation.")],
    through_message_id: Annotated[
        strawberry.ID | None, strawberry.argument(description="The last message that was on screen; all if not given.")
    ] = None,
) -> ConversationPayload:
    context, through = info.context, ids.decode_optional("Message", through_message_id)
    row = await mark_read(context.resources.transactions, context.owner, ids.decode(KIND, id), through)
    return ConversationPayload(conversation=Conversation.of(row))


@strawberry.type
class ConversationQueries:
    conversation = strawberry.field(
        conversation, permission_classes=[SignedIn], description="One conversation; null if unknown."
    )
    conversations = strawberry.field(
        conversations,
        permission_classes=[SignedIn],
        description="Conversations that have a last message and whose fan was not deleted, 50 a page.",
    )


@strawberry.type
class ConversationMutations:
    mark_conversation_read = strawberry.mutation(
        mark_conversation_read,
        permission_classes=[SignedIn],
        description="Incoming messages become read. What comes meanwhile stays unread.",
    )
