"""Messages: what fans and creators wrote, and where each outbound one is on its way."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, SmallInteger, func, text
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, Owned, Versioned, belongs_to, one_of

DIRECTIONS = ("IN", "OUT")
ORIGINS = ("FAN", "USER", "AI", "CAMPAIGN", "PLATFORM_APP")
MESSAGE_STATUSES = (
    "PENDING", "QUEUED", "SENDING", "SENT", "DELIVERED", "FAILED", "UNKNOWN", "CANCELLED", "RECEIVED",
)  # fmt: skip


class Message(Owned, Versioned, Base):
    """`placed_at` orders a conversation: when the message was written, or sent if it was scheduled or of a campaign.

    `request` and `platform_key` are the exact platform request and its idempotency key, stored before the first
    attempt. `failures` counts the times it was certainly not sent; `not_before` holds it back until the next try.
    Prices are US cents. One that was deleted at the platform (`removed_at`) stays, read, behind its payments and counts
    of what was sent; no conversation shows or counts it.

    `unknown_since`: when it first became unknown whether it has arrived; kept while it is sent again by hand, and null
    again once every call is proven to have sent nothing. Until `repeat_until` the request may be repeated with its key;
    null where the platform takes no keys. An unknown message is repeated, or after that read back, at `not_before`;
    null: nothing more is done by itself. `read_backs` counts how often it was looked for.
    """

    __tablename__ = "messages"
    __table_args__ = (
        belongs_to("conversation_id", "conversations"),
        belongs_to("fan_id", "fans"),
        belongs_to("creator_account_id", "creator_accounts"),
        belongs_to("campaign_id", "campaigns"),
        one_of("direction", DIRECTIONS),
        one_of("origin", ORIGINS),
        one_of("status", MESSAGE_STATUSES),
        CheckConstraint("priority BETWEEN 1 AND 10", name="priority_range"),
        CheckConstraint("price_cents IS NULL OR price_cents > 0", name="price_is_positive"),
        Index("ix_messages_conversation", "user_id", "conversation_id", "placed_at", "id"),
        Index("ix_messages_search", "search", postgresql_using="gin"),
        Index("ix_messages_fan", "user_id", "fan_id"),
        Index(
            "uq_messages_platform_id", "user_id", "creator_account_id", "platform_message_id",
            unique=True, postgresql_where=text("platform_message_id IS NOT NULL"),
        ),
        Index(
            "ix_messages_replies_waiting", "user_id", "creator_account_id", text("priority DESC"), "id",
            postgresql_where=text("status = 'QUEUED' AND campaign_id IS NULL"),
        ),
        Index(
            "ix_messages_campaign_waiting", "user_id", "campaign_id", text("priority DESC"), "id",
            postgresql_where=text("status = 'QUEUED' AND campaign_id IS NOT NULL"),
        ),
        Index(
            "ix_messages_conversation_under_way", "user_id", "conversation_id", "id",
            postgresql_where=text("status IN ('PENDING', 'QUEUED', 'SENDING', 'UNKNOWN') AND campaign_id IS NULL"),
        ),
        Index(
            "ix_messages_under_way", "user_id", "creator_account_id", "campaign_id", "status", "scheduled_at",
            postgresql_where=text("status IN ('PENDING', 'QUEUED', 'SENDING')"),
        ),
        Index(
            "ix_messages_unknown_since", "user_id", "creator_account_id", "unknown_since",
            postgresql_where=text("status = 'UNKNOWN'"),
        ),
        Index(
            "ix_messages_unknown_next", "user_id", "creator_account_id", "not_before",
            postgresql_where=text("status = 'UNKNOWN' AND not_before IS NOT NULL"),
        ),
        Index(
            "ix_messages_pending", text("coalesce(scheduled_at, updated_at)"),
            postgresql_where=text("status = 'PENDING'"),
        ),
        Index(
            "ix_messages_failed", "user_id", "placed_at", "id",
            postgresql_where=text("status IN ('FAILED', 'UNKNOWN')"),
        ),
        Index(
            "ix_messages_unread", "user_id", "conversation_id", "placed_at", "id",
            postgresql_where=text("NOT read"),
        ),
        Index("ix_messages_queued", "user_id", "queued_at", postgresql_where=text("queued_at IS NOT NULL")),
        Index("ix_messages_finished", "user_id", "finished_at", postgresql_where=text("finished_at IS NOT NULL")),
        Index(
            "ix_messages_offered", "user_id", "sent_at",
            postgresql_include=["price_cents", "creator_account_id", "fan_id"],
            postgresql_where=text("direction = 'OUT' AND price_cents IS NOT NULL AND sent_at IS NOT NULL"),
        ),
        Index("ix_messages_campaign", "user_id", "campaign_id", "id", postgresql_where=text("campaign_id IS NOT NULL")),
    )  # fmt: skip

    placed_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    conversation_id: Mapped[UUID]
    fan_id: Mapped[UUID]
    creator_account_id: Mapped[UUID | None]
    campaign_id: Mapped[UUID | None]
    direction: Mapped[str]
    origin: Mapped[str]
    sent_by: Mapped[str | None]
    client_key: Mapped[str | None]
    text: Mapped[str]
    price_cents: Mapped[int | None] = mapped_column(BigInteger)
    purchased_at: Mapped[datetime | None]
    read: Mapped[bool] = mapped_column(default=True, server_default="true")
    attachments: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default="[]")
    priority: Mapped[int] = mapped_column(SmallInteger, default=5, server_default="5")
    status: Mapped[str]
    platform_message_id: Mapped[str | None]
    queued_at: Mapped[datetime | None]
    scheduled_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    not_before: Mapped[datetime | None]
    failure_reason: Mapped[str | None]
    unknown_since: Mapped[datetime | None]
    repeat_until: Mapped[datetime | None]
    read_backs: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    search: Mapped[Any] = mapped_column(TSVECTOR, deferred=True, nullable=True)
    request: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    platform_key: Mapped[str | None]
    metadata_: Mapped[dict[str, Any] | None] = mapped_column("metadata", JSONB(none_as_null=True))
