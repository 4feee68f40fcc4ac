"""Campaigns as clients see them."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated

import strawberry

from db.models import Campaign as Row
from db.queries import campaign_pages
from db.queries.campaign_metrics import Counts
from schema import ids
from schema.context import CurrentInfo
from schema.creator_accounts import CreatorAccount
from schema.fans import Fan
from schema.messages import Attachment, Message, MessageStatus
from schema.node import Node
from schema.pagination import After, Before, Connection, First, Last, connect, window
from schema.scalars import Cents
from services.campaigns.status import unmade

KIND = "Campaign"
A_PAGE = 50


@strawberry.enum(description="Labels: what a campaign is for. All are sent the same way.")
class CampaignType(Enum):
    BULK_MESSAGE = strawberry.enum_value("BULK_MESSAGE", description="News for many.")
    WELCOME = strawberry.enum_value("WELCOME", description="For new fans.")
    RE_ENGAGEMENT = strawberry.enum_value("RE_ENGAGEMENT", description="For fans who have been away.")
    PPV = strawberry.enum_value("PPV", description="Something to unlock.")
    CUSTOM = strawberry.enum_value("CUSTOM", description="Anything else.")


@strawberry.enum(description="Where a campaign stands.")
class CampaignStatus(Enum):
    DRAFT = strawberry.enum_value("DRAFT", description="Stored; not sent until startCampaign.")
    SCHEDULED = strawberry.enum_value("SCHEDULED", description="Starts by itself at scheduledAt.")
    ACTIVE = strawberry.enum_value("ACTIVE", description="Being sent.")
    PAUSED = strawberry.enum_value("PAUSED", description="Nothing more of it is sent until it is resumed.")
    COMPLETED = strawberry.enum_value("COMPLETED", description="Nothing of it waits any more.")
    CANCELLED = strawberry.enum_value("CANCELLED", description="What had not been sent was taken back.")


@strawberry.type(
    description=(
        "recipients = waiting + sending + sent + failed + unknown + cancelled; delivered is part of sent. Counted from "
        "the messages whenever they are asked for."
    )
)
class CampaignMetrics:
    recipients: int = strawberry.field(description="How many the frozen audience has.")
    waiting: int = strawberry.field(description="Not yet under way.")
    sending: int = strawberry.field(description="On their way to the platform at this moment.")
    sent: int = strawberry.field(description="The platform has them.")
    delivered: int = strawberry.field(description="The fans have them, as far as the platform can tell.")
    failed: int = strawberry.field(description="Not sent, for certain; can be retried.")
    unknown: int = strawberry.field(description="May have arrived.")
    cancelled: int = strawberry.field(description="Taken back before they were sent.")
    opened: int | None = strawberry.field(default=None, description="Null: no platform tells.")
    clicked: int | None = strawberry.field(default=None, description="Null: no platform tells.")
    purchased: int = strawberry.field(description="Unlocked by fans.")
    revenue_cents: Cents = strawberry.field(description="What fans paid for unlocking.")

    @classmethod
    def of(cls, status: str, counts: Counts) -> CampaignMetrics:
        waiting, cancelled = unmade(status, counts.recipients, counts.messages)
        return cls(
            recipients=counts.recipients,
            waiting=waiting + counts.of("PENDING", "QUEUED"),
            sending=counts.of("SENDING"),
            sent=counts.of("SENT", "DELIVERED"),
            delivered=counts.of("DELIVERED"),
            failed=counts.of("FAILED"),
            unknown=counts.of("UNKNOWN"),
            cancelled=cancelled + counts.of("CANCELLED"),
            purchased=counts.purchased,
            revenue_cents=Cents(counts.revenue_cents),
        )


@strawberry.type(description="One message to many fans of one account.")
class Campaign(Node):
    row: strawberry.Private[Row]
    name: str = strawberry.field(description="How it is called.")
    type: CampaignType = strawberry.field(description="What it is for.")
    status: CampaignStatus = strawberry.field(description="Where it stands.")
    status_detail: str | None = strawberry.field(description="Why it stands there, where that is not its user's doing.")
    content: str = strawberry.field(description="The text, with placeholders as they were written.")
    price_cents: Cents | None = strawberry.field(description="What unlocking it costs.")
    priority: int = strawberry.field(description="1 to 10; 10 is the most urgent. Replies go first all the same.")
    scheduled_at: datetime | None = strawberry.field(description="When it is to start.")
    started_at: datetime | None = strawberry.field(description="When it started.")
    completed_at: datetime | None = strawberry.field(description="When it was complete, or cancelled.")
    created_at: datetime = strawberry.field(description="When it was made.")

    @classmethod
    def of(cls, row: Row) -> Campaign:
        return cls(
            id=ids.encode(KIND, row.id),
            row=row,
            name=row.name,
            type=CampaignType[row.type],
            status=CampaignStatus[row.status],
            status_detail=row.status_detail,
            content=row.content,
            price_cents=None if row.price_cents is None else Cents(row.price_cents),
            priority=row.priority,
            scheduled_at=row.scheduled_at,
            started_at=row.started_at,
            completed_at=row.completed_at,
            created_at=row.created_at,
        )

    @strawberry.field(description="Rises with each change, those of its numbers included.")
    async def version(self, info: CurrentInfo) -> int:
        return self.row.version + (await info.context.loaders.campaign_counts.load(self.row.id)).versions

    @strawberry.field(description="The account that sends it.")
    async def account(self, info: CurrentInfo) -> CreatorAccount:
        row = await info.context.loaders.accounts.load(self.row.creator_account_id)
        assert row is not None
        return CreatorAccount.of(row)

    @strawberry.field(description="What goes with it.")
    def attachments(self) -> list[Attachment]:
        return [Attachment.of(stored) for stored in self.row.attachments]

    @strawberry.field(description="Its numbers at this moment.")
    async def metrics(self, info: CurrentInfo) -> CampaignMetrics:
        return CampaignMetrics.of(self.row.status, await info.context.loaders.campaign_counts.load(self.row.id))

    @strawberry.field(
        description=(
            "When the last of it will have been sent, from the account's limit and what stands in front; null where "
            "nothing of it waits, or nobody can tell."
        )
    )
    async def estimated_completion_time(self, info: CurrentInfo) -> datetime | None:
        return await info.context.loaders.campaign_ends.load(self.row.id)

    @strawberry.field(description="The frozen audience, in the order in which it was named.")
    async def audience(
        self, info: CurrentInfo, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Connection[Fan]:
        wanted = window(first, after, last, before, usual=A_PAGE, kinds=campaign_pages.AUDIENCE_KINDS)
        loaders, key = info.context.loaders, self.row.id
        page = await loaders.campaign_audiences(wanted).load(key)

        async def count() -> int:
            return (await loaders.campaign_counts.load(key)).recipients

        return connect(page, lambda member: Fan.of(member[0]), count)

    @strawberry.field(description="One for each recipient, once started, in the order of the audience.")
    async def messages(
        self,
        info: CurrentInfo,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        status: Annotated[MessageStatus | None, strawberry.argument(description="Only those in this status.")] = None,
    ) -> Connection[Message]:
        wanted = window(first, after, last, before, usual=A_PAGE, kinds=campaign_pages.MESSAGE_KINDS)
        loaders, key, named = info.context.loaders, self.row.id, status and status.name
        page = await loaders.campaign_messages(wanted, named).load(key)

        async def count() -> int:
            counts = await loaders.campaign_counts.load(key)
            return counts.messages if named is None else counts.of(named)

        return connect(page, Message.of, count)
