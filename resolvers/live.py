"""The live inbox: events of the database as types of the schema, each with its objects read anew."""

from __future__ import annotations

from collections.abc import AsyncIterable
from typing import Annotated
from uuid import UUID

import strawberry

from db.models import LiveEvent
from resolvers.account_choice import chosen
from resolvers.inbox_stream import InboxStream
from schema import ids
from schema.context import CurrentInfo
from schema.conversations import Conversation
from schema.creator_accounts import CreatorAccount
from schema.errors import fault
from schema.fans import Fan
from schema.live import (
    AccountUpdated,
    ConversationUpdated,
    FanDeleted,
    FanUpdated,
    InboxEvent,
    MessageAdded,
    MessageRemoved,
    MessageUpdated,
    PaymentKind,
    PaymentReceived,
    ResyncRequired,
)
from schema.loaders import Loaders
from schema.messages import Message, MessageStatus
from schema.permissions import SignedIn
from schema.scalars import Cents
from services.live.cursor import Cursor, MalformedCursor
from services.live.reading import Filter, Happened


def inbox_events(
    info: CurrentInfo,
    after: Annotated[
        str | None, strawberry.argument(description="The last cursor seen: what was missed comes first.")
    ] = None,
    conversation_id: Annotated[
        strawberry.ID | None, strawberry.argument(description="Only what concerns this conversation.")
    ] = None,
    account_ids: Annotated[
        list[strawberry.ID] | None, strawberry.argument(description="Only what concerns these accounts, at most 100.")
    ] = None,
    campaign_messages: Annotated[bool, strawberry.argument(description="Also messages of campaigns?")] = True,
) -> AsyncIterable[InboxEvent]:
    context, accounts = info.context, chosen(account_ids)
    wanted = Filter(
        conversation_id=ids.decode_optional("Conversation", conversation_id),
        account_ids=None if accounts is None else frozenset(accounts),
        campaign_messages=campaign_messages,
    )
    return InboxStream(context.inbox, context.owner, _cursor(after), wanted, _shown)


def _cursor(text: str | None) -> Cursor | None:
    try:
        return None if text is None else Cursor.parse(text)
    except MalformedCursor:
        raise fault("BAD_USER_INPUT", "`after` is not a cursor of inboxEvents or inboxCursor.") from None


async def _shown(loaders: Loaders, happened: Happened) -> InboxEvent | None:
    """The event with its object; None for an object that is gone, or a kind this version does not know."""
    event, cursor = happened.event, str(happened.cursor)
    match event.kind:
        case "message_added" | "message_updated":
            return await _message_event(loaders, event, cursor)
        case "message_removed":
            return await _message_removed(loaders, event, cursor)
        case "payment_received":
            return await _payment_received(loaders, event, cursor)
        case "conversation_updated":
            return await _conversation_updated(loaders, event, cursor)
        case "fan_updated":
            fan = event.fan_id and await loaders.fans.load(event.fan_id)
            if fan:
                return FanUpdated(cursor=cursor, occurred_at=event.occurred_at, fan=Fan.of(fan))
        case "resync_required":
            return ResyncRequired(cursor=cursor, occurred_at=event.occurred_at)
        case "fan_deleted":
            return _fan_deleted(event, cursor)
        case "account_updated":
            account = event.creator_account_id and await loaders.accounts.load(event.creator_account_id)
            if account:
                return AccountUpdated(cursor=cursor, occurred_at=event.occurred_at, account=CreatorAccount.of(account))
    return None


async def _conversation_updated(loaders: Loaders, event: LiveEvent, cursor: str) -> InboxEvent | None:
    """Nothing of one whose fan is deleted: no list shows it, and clients have dropped it with her."""
    conversation = event.conversation_id and await loaders.conversations.load(event.conversation_id)
    fan = conversation and await loaders.fans.load(conversation.fan_id)
    if not conversation or not fan or fan.deleted_at is not None:
        return None
    return ConversationUpdated(cursor=cursor, occurred_at=event.occurred_at, conversation=Conversation.of(conversation))


async def _message_removed(loaders: Loaders, event: LiveEvent, cursor: str) -> InboxEvent | None:
    assert event.message_id is not None
    conversation = event.conversation_id and await loaders.conversations.load(event.conversation_id)
    if not conversation:
        return None
    return MessageRemoved(
        cursor=cursor,
        occurred_at=event.occurred_at,
        message_id=ids.encode("Message", event.message_id),
        conversation=Conversation.of(conversation),
    )


async def _payment_received(loaders: Loaders, event: LiveEvent, cursor: str) -> InboxEvent | None:
    payment = await loaders.payments.load(UUID((event.data or {})["payment"]))
    fan = payment and await loaders.fans.load(payment.fan_id)
    if not payment or not fan:
        return None
    message = payment.message_id and await loaders.messages.load(payment.message_id)
    return PaymentReceived(
        cursor=cursor,
        occurred_at=event.occurred_at,
        kind=PaymentKind[payment.kind],
        amount_cents=Cents(payment.amount_cents),
        fan=Fan.of(fan),
        unlocked_message=Message.of(message) if message else None,
    )


def _fan_deleted(event: LiveEvent, cursor: str) -> InboxEvent:
    assert event.fan_id is not None
    talk = event.conversation_id
    return FanDeleted(
        cursor=cursor,
        occurred_at=event.occurred_at,
        fan_id=ids.encode("Fan", event.fan_id),
        conversation_id=None if talk is None else ids.encode("Conversation", talk),
    )


async def _message_event(loaders: Loaders, event: LiveEvent, cursor: str) -> InboxEvent | None:
    row = event.message_id and await loaders.messages.load(event.message_id)
    if not row:
        return None
    message = Message.of(row)
    if event.kind == "message_added":
        return MessageAdded(cursor=cursor, occurred_at=event.occurred_at, message=message)
    assert event.status is not None
    return MessageUpdated(
        cursor=cursor, occurred_at=event.occurred_at, status=MessageStatus[event.status], message=message
    )


@strawberry.type
class LiveSubscriptions:
    inbox_events = strawberry.subscription(
        inbox_events,
        permission_classes=[SignedIn],
        description="Everything that happens in the viewer's inbox, in order and once; resumable by cursor.",
    )
