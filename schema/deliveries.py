"""Where a message is on its way: its attempts, why it waits, and when it will leave."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

import strawberry

from db.models import Attempt
from db.models import Message as Row
from schema.context import CurrentInfo
from services.sending.outlook import NO_OUTLOOK, Outlook


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
