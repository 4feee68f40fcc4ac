"""Messages as clients see them, with where each is on its way."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from strawberry.scalars import JSON

from db.models import Message as Row
from schema import ids
from schema.context import CurrentInfo
from schema.deliveries import Delivery
from schema.errors import UserError, fault
from schema.fans import Fan
from schema.node import Node
from schema.scalars import Cents

if TYPE_CHECKING:
    from schema.campaigns import Campaign
    from schema.conversations import Conversation

KIND = "Message"
LONGEST_EXCERPT = 5000


@strawberry.enum(description="From the fan, or to her.")
class MessageDirection(Enum):
    IN = strawberry.enum_value("IN", description="The fan wrote it.")
    OUT = strawberry.enum_value("OUT", description="It was written to the fan.")


@strawberry.enum(description="Who or what a message came from.")
class MessageOrigin(Enum):
    FAN = strawberry.enum_value("FAN", description="The fan.")
    USER = strawberry.enum_value("USER", description="The user, or who acts for her.")
    AI = strawberry.enum_value("AI", description="Written by an AI.")
    CAMPAIGN = strawberry.enum_value("CAMPAIGN", description="One of a bulk message.")
    PLATFORM_APP = strawberry.enum_value("PLATFORM_APP", description="Sent in the platform's own app.")


@strawberry.enum(description="Where a message is on its way.")
class MessageStatus(Enum):
    PENDING = strawberry.enum_value("PENDING", description="Accepted; not in the queue yet, or scheduled.")
    QUEUED = strawberry.enum_value("QUEUED", description="In the queue, waiting for its turn.")
    SENDING = strawberry.enum_value("SENDING", description="On its way to the platform at this moment.")
    SENT = strawberry.enum_value("SENT", description="The platform has it.")
    DELIVERED = strawberry.enum_value("DELIVERED", description="The fan has it, as far as the platform can tell.")
    FAILED = strawberry.enum_value("FAILED", description="Not sent, for certain; can be retried.")
    UNKNOWN = strawberry.enum_value(
        "UNKNOWN", description="May have arrived; looked after for minutes, then left to a person."
    )
    CANCELLED = strawberry.enum_value("CANCELLED", description="Taken back before it was sent.")
    RECEIVED = strawberry.enum_value("RECEIVED", description="Incoming.")


@strawberry.enum(description="What an attachment is.")
class AttachmentType(Enum):
    IMAGE = strawberry.enum_value("IMAGE", description="A picture.")
    VIDEO = strawberry.enum_value("VIDEO", description="A film.")
    AUDIO = strawberry.enum_value("AUDIO", description="A sound.")
    FILE = strawberry.enum_value("FILE", description="Anything else.")


@strawberry.type(description="Something that goes with a message.")
class Attachment:
    id: strawberry.ID = strawberry.field(description="Its own id.")
    type: AttachmentType = strawberry.field(description="What it is.")
    url: str | None = strawberry.field(description="Where it can be seen.")
    url_expires_at: datetime | None = strawberry.field(default=None, description="Until when the address works.")
    thumbnail_url: str | None = strawberry.field(default=None, description="A small picture of it.")
    width: int | None = strawberry.field(default=None, description="In pixels.")
    height: int | None = strawberry.field(default=None, description="In pixels.")
    platform_media_id: str | None = strawberry.field(description="The platform's own id of it.")
    preview: bool = strawberry.field(description="Shown before the message is unlocked.")

    @classmethod
    def of(cls, stored: dict[str, Any]) -> Attachment:
        return cls(
            id=strawberry.ID(stored["id"]),
            type=AttachmentType[stored["type"]],
            url=stored["url"],
            platform_media_id=stored["platformMediaId"],
            preview=stored["preview"],
        )


@strawberry.type(description="One message of a conversation.")
class Message(Node):
    row: strawberry.Private[Row]
    version: int = strawberry.field(description="Rises with each change.")
    direction: MessageDirection = strawberry.field(description="From the fan, or to her.")
    origin: MessageOrigin = strawberry.field(description="Who or what it came from.")
    sent_by: str | None = strawberry.field(
        description="Who acted: the token's `act` claim, else its subject; null for fans."
    )
    client_key: str | None = strawberry.field(
        description="The idempotencyKey of its send, to recognise an optimistic copy."
    )
    text: str = strawberry.field(description="Plain text.")
    price_cents: Cents | None = strawberry.field(description="What unlocking it costs; null: nothing.")
    purchased_at: datetime | None = strawberry.field(description="When the fan unlocked it.")
    read: bool = strawberry.field(description="Incoming: read by the user. Outgoing: always true.")
    sent_by_ai: bool = strawberry.field(description="Was it written by an AI?")
    priority: int = strawberry.field(description="1 to 10; 10 is the most urgent.")
    status: MessageStatus = strawberry.field(description="Where it is on its way.")
    created_at: datetime = strawberry.field(description="When it was written.")

    @classmethod
    def of(cls, row: Row) -> Message:
        return cls(
            id=ids.encode(KIND, row.id),
            row=row,
            version=row.version,
            direction=MessageDirection[row.direction],
            origin=MessageOrigin[row.origin],
            sent_by=row.sent_by,
            client_key=row.client_key,
            text=row.text,
            price_cents=None if row.price_cents is None else Cents(row.price_cents),
            purchased_at=row.purchased_at,
            read=row.read,
            sent_by_ai=row.origin == "AI",
            priority=row.priority,
            status=MessageStatus[row.status],
            created_at=row.created_at,
        )

    @strawberry.field(description="The beginning of the text, in Unicode code points; … marks what was left out.")
    def excerpt(self, length: Annotated[int, strawberry.argument(description="1 to 5,000 characters.")] = 140) -> str:
        if not 1 <= length <= LONGEST_EXCERPT:
            raise fault("BAD_USER_INPUT", f"`length` must be from 1 to {LONGEST_EXCERPT}.")
        return self.text if len(self.text) <= length else self.text[: length - 1] + "…"

    @strawberry.field(description="What goes with it.")
    def attachments(self) -> list[Attachment]:
        return [Attachment.of(stored) for stored in self.row.attachments]

    @strawberry.field(description="How it is being sent; null for incoming messages.")
    def delivery(self) -> Delivery | None:
        return Delivery.of(self.row) if self.row.direction == "OUT" else None

    @strawberry.field(description="The fan, also when she was deleted.")
    async def fan(self, info: CurrentInfo) -> Fan:
        row = await info.context.loaders.fans.load(self.row.fan_id)
        assert row is not None
        return Fan.of(row)

    @strawberry.field(description="The campaign it is of.")
    async def campaign(self, info: CurrentInfo) -> Annotated[Campaign, strawberry.lazy("schema.campaigns")] | None:
        from schema.campaigns import Campaign

        row = self.row.campaign_id and await info.context.loaders.campaigns.load(self.row.campaign_id)
        return Campaign.of(row) if row else None

    @strawberry.field(description="The conversation it belongs to.")
    async def conversation(self, info: CurrentInfo) -> Annotated[Conversation, strawberry.lazy("schema.conversations")]:
        from schema.conversations import Conversation

        row = await info.context.loaders.conversations.load(self.row.conversation_id)
        assert row is not None
        return Conversation.of(row)


@strawberry.input(description="Exactly one of url and platformMediaId.")
class AttachmentInput:
    type: AttachmentType = strawberry.field(description="What it is.")
    url: str | None = strawberry.field(default=None, description="An absolute http or https address.")
    platform_media_id: str | None = strawberry.field(default=None, description="The platform's own id of it.")
    preview: bool = strawberry.field(default=False, description="Show it before the message is unlocked.")


@strawberry.input(
    description=(
        "Exactly one of conversationId and fanId. expectedLastMessageId: CONFLICT when another message came or went "
        "first."
    )
)
class SendMessageInput:
    text: str = strawberry.field(description="1 to 5,000 characters.")
    conversation_id: strawberry.ID | None = strawberry.field(default=None, description="The conversation to write in.")
    fan_id: strawberry.ID | None = strawberry.field(default=None, description="The fan to write to.")
    price_cents: Cents | None = strawberry.field(default=None, description="What unlocking it costs.")
    attachments: list[AttachmentInput] | None = strawberry.field(default=None, description="At most 20.")
    priority: int | None = strawberry.field(default=None, description="1 to 10, 10 the most urgent; 5 if not given.")
    scheduled_at: datetime | None = strawberry.field(default=None, description="Not to be sent before this.")
    sent_by_ai: bool = strawberry.field(default=False, description="Was it written by an AI?")
    metadata: JSON | None = strawberry.field(
        default=None, description="The caller's own JSON object of at most 4 kB, passed through to the queue."
    )
    expected_last_message_id: strawberry.ID | None = strawberry.field(
        default=None, description="The last message the writer has seen."
    )
    idempotency_key: str | None = strawberry.field(
        default=None, description="At most 255 characters; the same key with the same input sends once."
    )


@strawberry.type(description="The message, and what went wrong; a stored but not queued message returns both.")
class MessagePayload:
    message: Message | None = strawberry.field(default=None, description="The message as it now stands.")
    errors: list[UserError] = strawberry.field(default_factory=list, description="Expected failures; empty if none.")


@strawberry.type(description="The messages that are on their way again, and what kept the others.")
class MessagesPayload:
    messages: list[Message] = strawberry.field(default_factory=list, description="The messages as they now stand.")
    errors: list[UserError] = strawberry.field(default_factory=list, description="Expected failures; empty if none.")
