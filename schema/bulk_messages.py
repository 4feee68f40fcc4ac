"""What bulk messages and the steering of campaigns are given and answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import Annotated
from uuid import UUID

import strawberry

from db.models import Fan as FanRow
from schema import ids
from schema.campaigns import Campaign, CampaignType
from schema.context import CurrentInfo
from schema.errors import UserError, fault, shown
from schema.fans import Fan
from schema.messages import AttachmentInput
from schema.pagination import LARGEST_PAGE
from schema.scalars import Cents
from services.campaigns.audience import Skipped
from services.campaigns.bulk_send import BulkSend


@strawberry.enum(description="Why somebody who was named is not written to.")
class SkipReason(Enum):
    NOT_FOUND = strawberry.enum_value("NOT_FOUND", description="There is no such fan.")
    DELETED = strawberry.enum_value("DELETED", description="The fan was deleted.")
    DUPLICATE = strawberry.enum_value("DUPLICATE", description="Named before in the same list.")
    NO_PLATFORM_ID = strawberry.enum_value("NO_PLATFORM_ID", description="Neither platform id nor handle.")
    OTHER_ACCOUNT = strawberry.enum_value("OTHER_ACCOUNT", description="A fan of another account.")
    ACCOUNT_DISCONNECTED = strawberry.enum_value(
        "ACCOUNT_DISCONNECTED", description="A fan of no account, or of one that is disconnected."
    )


@strawberry.type(description="Somebody who was named and is not written to.")
class SkippedRecipient:
    fan_key: strawberry.Private[UUID | None]
    recipient_id: strawberry.ID = strawberry.field(description="The id as it was given.")
    reason: SkipReason = strawberry.field(description="Why.")

    @classmethod
    def of(cls, skipped: Skipped) -> SkippedRecipient:
        return cls(
            fan_key=skipped.fan_id,
            recipient_id=strawberry.ID(skipped.recipient_id),
            reason=SkipReason[skipped.reason.name],
        )

    @strawberry.field(description="The fan, where there is one.")
    async def fan(self, info: CurrentInfo) -> Fan | None:
        row = self.fan_key and await info.context.loaders.fans.load(self.fan_key)
        return Fan.of(row) if row else None


@strawberry.type(description="What one fan will read.")
class MessagePreview:
    fan: Fan = strawberry.field(description="The fan.")
    text: str = strawberry.field(description="The text, with her name put in.")


@strawberry.type(description="What became of a bulk message, or what would become of it.")
class SendBulkMessagePayload:
    fans: strawberry.Private[Sequence[FanRow]] = ()
    texts: strawberry.Private[Sequence[str]] = ()
    campaign: Campaign | None = strawberry.field(default=None, description="Null for a dry run, and where refused.")
    total_recipients: int = strawberry.field(default=0, description="How many are written to; the skipped not counted.")
    queued: int = strawberry.field(default=0, description="Messages the queue has taken; 0 before the start.")
    failed: int = strawberry.field(default=0, description="Messages the queue refused; they can be retried.")
    skipped: list[SkippedRecipient] = strawberry.field(
        default_factory=list, description="Who was named and is not written to."
    )
    estimated_completion_time: datetime | None = strawberry.field(
        default=None, description="When the last of it will have been sent."
    )
    errors: list[UserError] = strawberry.field(default_factory=list, description="Expected failures; empty if none.")

    @classmethod
    def of(cls, sent: BulkSend) -> SendBulkMessagePayload:
        return cls(
            fans=sent.fans,
            texts=sent.texts,
            campaign=Campaign.of(sent.campaign) if sent.campaign else None,
            total_recipients=len(sent.fans),
            queued=sent.queued,
            failed=sent.failed,
            skipped=[SkippedRecipient.of(each) for each in sent.skipped],
            estimated_completion_time=sent.estimated_completion,
            errors=[shown(problem) for problem in sent.problems],
        )

    @strawberry.field(description="What the first of them will read.")
    def previews(
        self, first: Annotated[int, strawberry.argument(description="So many, at most 100.")] = 5
    ) -> list[MessagePreview]:
        if not 0 <= first <= LARGEST_PAGE:
            raise fault("BAD_USER_INPUT", f"`first` must be from 0 to {LARGEST_PAGE}.")
        pairs = list(zip(self.fans, self.texts, strict=True))[:first]
        return [MessagePreview(fan=Fan.of(row), text=text) for row, text in pairs]


@strawberry.type(description="The campaign as it now stands, or why nothing was changed.")
class CampaignPayload:
    campaign: Campaign | None = strawberry.field(default=None, description="The campaign as it now stands.")
    errors: list[UserError] = strawberry.field(default_factory=list, description="Expected failures; empty if none.")


@strawberry.input(
    description=(
        "One message to many fans of one account. `content` may hold {name} and {handle}, each with a fallback as in "
        "{handle|you}. draft: stored, not sent, until startCampaign. dryRun: nothing is stored."
    )
)
class SendBulkMessageInput:
    recipient_ids: list[strawberry.ID] = strawberry.field(description="1 to 100 fans.")
    content: str = strawberry.field(description="1 to 5,000 characters, also with the names put in.")
    campaign_name: str = strawberry.field(description="1 to 200 characters.")
    account_id: strawberry.ID | None = strawberry.field(
        default=None, description="Who sends; needed where there are several accounts and the fans do not tell."
    )
    attachments: list[AttachmentInput] | None = strawberry.field(default=None, description="At most 20.")
    price_cents: Cents | None = strawberry.field(default=None, description="What unlocking it costs.")
    type: CampaignType = strawberry.field(default=CampaignType.BULK_MESSAGE, description="What it is for.")
    priority: int | None = strawberry.field(default=None, description="1 to 10, 10 the most urgent; 5 if not given.")
    scheduled_at: datetime | None = strawberry.field(default=None, description="Start by itself at this moment.")
    draft: bool = strawberry.field(default=False, description="Keep it, and send nothing yet?")
    dry_run: bool = strawberry.field(default=False, description="Only tell what would become of it?")
    idempotency_key: str | None = strawberry.field(
        default=None, description="At most 255 characters; the same key with the same input sends once."
    )


@strawberry.input(description="Absent = unchanged, null = cleared. Drafts and scheduled campaigns only.")
class UpdateCampaignInput:
    id: strawberry.ID = strawberry.field(description="The campaign.")
    recipient_ids: list[strawberry.ID] | None = strawberry.field(
        default=strawberry.UNSET, description="The whole new audience, 1 to 100 fans."
    )
    content: str | None = strawberry.field(default=strawberry.UNSET, description="1 to 5,000 characters.")
    attachments: list[AttachmentInput] | None = strawberry.field(default=strawberry.UNSET, description="At most 20.")
    price_cents: Cents | None = strawberry.field(default=strawberry.UNSET, description="What unlocking it costs.")
    campaign_name: str | None = strawberry.field(default=strawberry.UNSET, description="1 to 200 characters.")
    type: CampaignType | None = strawberry.field(default=strawberry.UNSET, description="What it is for.")
    priority: int | None = strawberry.field(default=strawberry.UNSET, description="1 to 10; null is 5.")
    scheduled_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="When it is to start; cleared, a scheduled campaign is a draft again."
    )


def recipients(given: Sequence[str]) -> list[tuple[str, UUID]]:
    """The ids as written, with the fan each names."""
    return [(each, ids.decode("Fan", each)) for each in given]
