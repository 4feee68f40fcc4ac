"""What an open inbox is told. A field of the same name has the same type in every event."""

from __future__ import annotations

from datetime import datetime

import strawberry

from schema.conversations import Conversation
from schema.creator_accounts import CreatorAccount
from schema.fans import Fan
from schema.messages import Message, MessageStatus


@strawberry.interface(description="Something that happened. Ignore types you do not know.")
class InboxEvent:
    cursor: str = strawberry.field(description="Right behind this event; pass it to inboxEvents(after:).")
    occurred_at: datetime = strawberry.field(description="When it happened.")


@strawberry.type(description="First of all without `after`; with it, once everything missed has been delivered.")
class InboxReady(InboxEvent):
    pass


@strawberry.type(description="A message was accepted or came in.")
class MessageAdded(InboxEvent):
    message: Message = strawberry.field(description="The message in its present state.")


@strawberry.type(description="A message went a step further.")
class MessageUpdated(InboxEvent):
    status: MessageStatus = strawberry.field(description="The message's status at this very step.")
    message: Message = strawberry.field(description="The message in its present state.")


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


@strawberry.type(description="An account was connected, stopped or disconnected.")
class AccountUpdated(InboxEvent):
    account: CreatorAccount = strawberry.field(description="The account in its present state.")


@strawberry.type(description="The cursor given is older than what is kept: fetch again, then go on from here.")
class ResyncRequired(InboxEvent):
    pass


EVENT_TYPES = (
    InboxReady,
    MessageAdded,
    MessageUpdated,
    ConversationUpdated,
    FanUpdated,
    FanDeleted,
    AccountUpdated,
    ResyncRequired,
)
