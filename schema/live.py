"""What an open inbox is told. A field of the same name has the same type in every event."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

import strawberry

from schema.conversations import Conversation
from schema.creator_accounts import CreatorAccount
from schema.fans import Fan
from schema.messages import Message, MessageStatus
from schema.scalars import Cents


@strawberry.interface(description="Something that happened. Ignore types you do not know.")
class InboxEvent:
    cursor: str = strawberry.field(description="Right behind this event; pass it to inboxEvents(after:).")
    occurred_at: datetime = strawberry.field(description="When it happened.")


@strawberry.type(
    description=(
        "First of all without `after`; with it, once everything missed has been delivered. Again later where only what "
        "was filtered out has happened: its cursor is younger than yours."
    )
)
class InboxReady(InboxEvent):
    pass


@strawberry.type(description="A message was accepted or came in.")
class MessageAdded(InboxEvent):
    message: Message = strawberry.field(description="The message in its present state.")


@strawberry.type(description="A message went a step further.")
class MessageUpdated(InboxEvent):
    status: MessageStatus = strawberry.field(description="The message's status at this very step.")
    message: Message = strawberry.field(description="The message in its present state.")


@strawberry.type(
    description="A message was deleted at the platform. Drop what you hold of it; it cannot be read any more."
)
class MessageRemoved(InboxEvent):
    message_id: strawberry.ID = strawberry.field(description="The message.")
    conversation: Conversation = strawberry.field(description="The conversation it was in, in its present state.")


@strawberry.type(description="A conversation changed: its last message, or what is unread.")
class ConversationUpdated(InboxEvent):
    conversation: Conversation = strawberry.field(description="The conversation in its present state.")


@strawberry.type(description="A fan was added or changed.")
class FanUpdated(InboxEvent):
    fan: Fan = strawberry.field(description="The fan in her present state.")


@strawberry.type(description="A fan was deleted or erased. Drop what you hold of her; she may come back by FanUpdated.")
class FanDeleted(InboxEvent):
    fan_id: strawberry.ID = strawberry.field(description="The fan.")
    conversation_id: strawberry.ID | None = strawberry.field(description="Her conversation, if there is one.")


@strawberry.enum(description="What a fan paid for.")
class PaymentKind(Enum):
    UNLOCK = strawberry.enum_value("UNLOCK", description="A priced message.")
    TIP = strawberry.enum_value("TIP", description="A tip.")
    SUBSCRIPTION = strawberry.enum_value("SUBSCRIPTION", description="A subscription, new or renewed.")


@strawberry.type(description="A fan paid. Her value, where it rose, is told by FanUpdated.")
class PaymentReceived(InboxEvent):
    kind: PaymentKind = strawberry.field(description="What for.")
    amount_cents: Cents = strawberry.field(description="What she paid, before the platform's share.")
    fan: Fan = strawberry.field(description="Who paid, in her present state.")
    unlocked_message: Message | None = strawberry.field(
        description="What she unlocked; null until it is known here, and where it was deleted."
    )


@strawberry.type(description="An account was connected, stopped or disconnected.")
class AccountUpdated(InboxEvent):
    account: CreatorAccount = strawberry.field(description="The account in its present state.")


@strawberry.type(
    description=(
        "The cursor given is older than what is kept, or more changed at once, by an import, than is told one by one: "
        "fetch again, then go on from here."
    )
)
class ResyncRequired(InboxEvent):
    pass


EVENT_TYPES = (
    InboxReady,
    MessageAdded,
    MessageUpdated,
    MessageRemoved,
    ConversationUpdated,
    FanUpdated,
    FanDeleted,
    PaymentReceived,
    AccountUpdated,
    ResyncRequired,
)
