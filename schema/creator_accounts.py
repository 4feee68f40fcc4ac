"""Creator accounts as clients see them."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from uuid import UUID

import strawberry

from db.models import CreatorAccount as Row
from schema import ids
from schema.context import CurrentInfo
from schema.errors import UserError
from schema.node import Node
from schema.scalars import Cents
from services.pacing.limit import Limit
from services.sending.lane_outlook import LaneOutlook

KIND = "CreatorAccount"


@strawberry.enum(description="Where fans are.")
class Platform(Enum):
    ONLYFANS = strawberry.enum_value("ONLYFANS", description="OnlyFans, through the gateway OnlyFansAPI.com.")
    FANSLY = strawberry.enum_value("FANSLY", description="Fansly; fans can be kept, not written to yet.")
    FANVUE = strawberry.enum_value("FANVUE", description="Fanvue; fans can be kept, not written to yet.")
    PATREON = strawberry.enum_value("PATREON", description="Patreon; fans can be kept, not written to yet.")
    SANDBOX = strawberry.enum_value("SANDBOX", description="The built-in simulator, whose fans answer by themselves.")


@strawberry.enum(description="Whether an account can send; only CONNECTED does.")
class AccountStatus(Enum):
    CONNECTED = strawberry.enum_value("CONNECTED", description="All is well.")
    DEGRADED = strawberry.enum_value("DEGRADED", description="The platform refuses to send; see statusDetail.")
    SESSION_EXPIRED = strawberry.enum_value(
        "SESSION_EXPIRED", description="The session at the platform has ended; messages wait until it is back."
    )
    INVALID_CREDENTIALS = strawberry.enum_value(
        "INVALID_CREDENTIALS", description="The key is refused; connect the account again."
    )
    DISCONNECTED = strawberry.enum_value("DISCONNECTED", description="Not in use; its waiting messages are kept.")


@strawberry.type(description="The sending limit of one account, in any rolling window.")
class RateLimit:
    messages: int = strawberry.field(description="At most so many messages in a window.")
    window_seconds: int = strawberry.field(description="Length of the window, in seconds.")
    min_gap_seconds: float = strawberry.field(description="Least pause between two messages, in seconds.")

    @classmethod
    def of(cls, limit: Limit) -> RateLimit:
        return cls(
            messages=limit.messages,
            window_seconds=round(limit.window.total_seconds()),
            min_gap_seconds=limit.min_gap.total_seconds(),
        )


@strawberry.type(description="Outbound messages that have not arrived.")
class Backlog:
    waiting: int = strawberry.field(description="Accepted and not yet under way.")
    sending: int = strawberry.field(description="Being sent at this moment.")
    failed: int = strawberry.field(description="Failed; can be retried by hand.")
    unknown: int = strawberry.field(description="Nobody knows whether they arrived.")
    next_send_at: datetime | None = strawberry.field(
        description="When the next message leaves; null where nothing waits or nothing can leave."
    )
    estimated_drain_seconds: int = strawberry.field(
        description=(
            "Until all that may leave now is sent, in seconds, if nothing changes. What is scheduled for later, paused "
            "or of an account that is stopped is not waited for."
        )
    )

    @classmethod
    def of(cls, lane: LaneOutlook) -> Backlog:
        return cls(
            waiting=lane.counts.waiting,
            sending=lane.counts.sending,
            failed=lane.counts.failed,
            unknown=lane.counts.unknown,
            next_send_at=lane.next_send_at,
            estimated_drain_seconds=lane.drain_seconds,
        )


@strawberry.type(description="What a platform accepts.")
class PlatformCapabilities:
    min_price_cents: Cents = strawberry.field(description="Least price of a priced message.")
    max_price_cents: Cents = strawberry.field(description="Highest price.")
    price_step_cents: Cents = strawberry.field(description="Prices are multiples of this.")
    priced_message_needs_media: bool = strawberry.field(description="Must a priced message carry media?")
    max_text_length: int = strawberry.field(description="Longest text, in Unicode code points.")
    media_by_url: bool = strawberry.field(description="Can media be given by address?")
    idempotent_send: bool = strawberry.field(description="Can a doubtful send be repeated without a second delivery?")


# A platform without an adapter accepts nothing.
NO_CAPABILITIES = PlatformCapabilities(
    min_price_cents=Cents(0),
    max_price_cents=Cents(0),
    price_step_cents=Cents(1),
    priced_message_needs_media=False,
    max_text_length=0,
    media_by_url=False,
    idempotent_send=False,
)


@strawberry.type(
    description="One account of a creator on a platform: the unit of the rate limit. A user may have several."
)
class CreatorAccount(Node):
    key: strawberry.Private[UUID]
    version: int = strawberry.field(description="Rises with each change.")
    platform: Platform = strawberry.field(description="Where the account is.")
    account_id: str = strawberry.field(description="The platform's own id of the account.")
    display_name: str = strawberry.field(description="The name the user gave it.")
    avatar: str | None = strawberry.field(description="Address of a picture.")
    status: AccountStatus = strawberry.field(description="Whether it can send.")
    status_detail: str | None = strawberry.field(description="Why not, in the platform's words.")
    connected_at: datetime = strawberry.field(description="When it was last connected.")

    @classmethod
    def of(cls, row: Row) -> CreatorAccount:
        return cls(
            id=ids.encode(KIND, row.id),
            key=row.id,
            version=row.version,
            platform=Platform[row.platform],
            account_id=row.account_id,
            display_name=row.display_name,
            avatar=row.avatar,
            status=AccountStatus[row.status],
            status_detail=row.status_detail,
            connected_at=row.connected_at,
        )

    @strawberry.field(description="What its platform accepts.")
    def capabilities(self, info: CurrentInfo) -> PlatformCapabilities:
        adapter = info.context.resources.adapters.adapter_for(self.platform.name)
        if adapter is None:
            return NO_CAPABILITIES
        found = adapter.capabilities
        return PlatformCapabilities(
            min_price_cents=Cents(found.min_price_cents),
            max_price_cents=Cents(found.max_price_cents),
            price_step_cents=Cents(found.price_step_cents),
            priced_message_needs_media=found.priced_message_needs_media,
            max_text_length=found.max_text_length,
            media_by_url=found.media_by_url,
            idempotent_send=found.idempotent_send,
        )

    @strawberry.field(description="Its sending limit.")
    def rate_limit(self, info: CurrentInfo) -> RateLimit:
        return RateLimit.of(info.context.resources.limit)

    @strawberry.field(description="Its messages on their way.")
    async def backlog(self, info: CurrentInfo) -> Backlog:
        lane = await info.context.loaders.lanes.load(self.key)
        assert lane is not None
        return Backlog.of(lane)

    @strawberry.field(description="Conversations with unread messages.")
    async def unread_conversations(self, info: CurrentInfo) -> int:
        return await info.context.loaders.unread_conversations.load(self.key)


@strawberry.input(
    description=(
        "The key is checked with the platform. Connecting again replaces key and secret; the former webhook secret "
        "stays valid for 24 hours."
    )
)
class ConnectAccountInput:
    platform: Platform = strawberry.field(description="Where the account is.")
    account_id: str = strawberry.field(description="The platform's (or gateway's) id of the account.")
    api_key: str = strawberry.field(description="The platform's key; stored encrypted, never shown again.")
    display_name: str | None = strawberry.field(
        default=None, description="A name for it, at most 200 characters; the platform's own if not given."
    )
    webhook_secret: str | None = strawberry.field(
        default=None, description="The secret with which the platform signs webhooks; without it none is accepted."
    )


@strawberry.type(description="The account, or why it could not be connected.")
class CreatorAccountPayload:
    account: CreatorAccount | None = strawberry.field(default=None, description="The account as it now stands.")
    errors: list[UserError] = strawberry.field(default_factory=list, description="Expected failures; empty if none.")
