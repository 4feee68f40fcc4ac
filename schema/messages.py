"""Messages as clients see them, with where each is on its way."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from strawberry.scalars import JSON

from db.models import Attempt
from db.models import Message as Row
from schema import ids
from schema.context import CurrentInfo
from schema.errors import UserError, fault
from schema.fans import Fan
from schema.node import Node
from schema.scalars import Cents
from services.sending.outlook import NO_OUTLOOK, Outlook

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


@strawberry.enum(description="Why a message has not been sent yet.")
class WaitReason(Enum):
    RATE_LIMIT = strawberry.enum_value("RATE_LIMIT", description="It waits for its turn under the account's limit.")
    BEHIND_HIGHER_PRIORITY = strawberry.enum_value(
        "BEHIND_HIGHER_PRIORITY",
        description=(
            "More urgent ones go first: replies before campaigns, higher priorities, or an earlier reply of its "
            "conversation, which holds it for up to 2 minutes while nobody knows whether it arrived."
        ),
    )
    CAMPAIGN_PAUSED = strawberry.enum_value("CAMPAIGN_PAUSED", description="Its campaign is paused.")
    SCHEDULED = strawberry.enum_value("SCHEDULED", description="Its time has not come.")
    PLATFORM_BACKOFF = strawberry.enum_value(
        "PLATFORM_BACKOFF", description="The platform could not take it, or asked to wait; it is tried again by itself."
    )
    ACCOUNT_DISCONNECTED = strawberry.enum_value(
        "ACCOUNT_DISCONNECTED",
        description="Its account is disconnected, or stopped by the platform: see the account's status.",
    )
    QUEUE_DELAYED = strawberry.enum_value(
        "QUEUE_DELAYED", description="It has not come through the queue yet, or no worker takes its account's turn."
    )
    SENDING_DISABLED = strawberry.enum_value("SENDING_DISABLED", description="Sending is switched off.")


@strawberry.enum(description="How one attempt ended.")
class AttemptOutcome(Enum):
    SENT = strawberry.enum_value("SENT", description="The platform took it.")
    NOT_SENT = strawberry.enum_value("NOT_SENT", description="Nothing was sent, for certain.")
    REFUSED = strawberry.enum_value("REFUSED", description="The platform will never take it.")
    UNKNOWN = strawberry.enum_value("UNKNOWN", description="It may have arrived.")


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


@strawberry.type(description="One call to the platform for a message.")
class DeliveryAttempt:
    number: int = strawberry.field(description="1 is the first.")
    started_at: datetime = strawberry.field(description="When its slot was taken.")
    finished_at: datetime | None = strawberry.field(description="When the answer was recorded.")
    outcome: AttemptOutcome | None = strawberry.field(description="How it ended; null while under way.")
    detail: str | None = strawberry.field(description="The reason, where there is one.")

    @classmethod
    def of(cls, row: Attempt) -> DeliveryAttempt:
        return cls(
            number=row.number,
            started_at=row.reserved_at,
            finished_at=row.finished_at,
            outcome=AttemptOutcome[row.outcome] if row.outcome else None,
            detail=row.detail,
        )


@strawberry.type(description="Where is my message, and why is it not sent yet?")
class Delivery:
    row: strawberry.Private[Row]
    queued_at: datetime | None = strawberry.field(description="When the queue took it.")
    sent_at: datetime | None = strawberry.field(description="When the platform took it.")
    delivered_at: datetime | None = strawberry.field(description="When the fan got it, if the platform tells.")
    scheduled_at: datetime | None = strawberry.field(description="Not to be sent before this.")
    platform_message_id: str | None = strawberry.field(description="The platform's own id of it.")
    failure_reason: str | None = strawberry.field(description="What went wrong last, in words.")

    @classmethod
    def of(cls, row: Row) -> Delivery:
        return cls(
            row=row,
            queued_at=row.queued_at,
            sent_at=row.sent_at,
            delivered_at=row.delivered_at,
            scheduled_at=row.scheduled_at,
            platform_message_id=row.platform_message_id,
            failure_reason=row.failure_reason,
        )

    @strawberry.field(
        description="Every attempt so far, in order. Some weeks after the message came to its end they are removed."
    )
    async def attempts(self, info: CurrentInfo) -> list[DeliveryAttempt]:
        return [DeliveryAttempt.of(row) for row in await info.context.loaders.attempts.load(self.row.id)]

    @strawberry.field(description="Why it waits; null once it is under way or has ended, and while it is UNKNOWN.")
    async def wait_reason(self, info: CurrentInfo) -> WaitReason | None:
        reason = (await self._outlook(info)).reason
        return WaitReason[reason] if reason else None

    @strawberry.field(
        description=(
            "When it will probably leave if nothing changes; null once it has, or where nobody can tell: its campaign "
            "is paused, its account stopped, sending switched off, no worker running."
        )
    )
    async def estimated_send_time(self, info: CurrentInfo) -> datetime | None:
        return (await self._outlook(info)).leaves_at

    async def _outlook(self, info: CurrentInfo) -> Outlook:
        waits = self.row.status in {"PENDING", "QUEUED"}
        return await info.context.loaders.outlooks.load(self.row.id) if waits else NO_OUTLOOK


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
