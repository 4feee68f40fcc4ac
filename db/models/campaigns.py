"""Campaigns: one message to many fans, with the audience frozen as one row for each recipient."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, Owned, Versioned, belongs_to, one_of

CAMPAIGN_TYPES = ("BULK_MESSAGE", "WELCOME", "RE_ENGAGEMENT", "PPV", "CUSTOM")
CAMPAIGN_STATUSES = ("DRAFT", "SCHEDULED", "ACTIVE", "PAUSED", "COMPLETED", "CANCELLED")


class Campaign(Owned, Versioned, Base):
    """`content` may hold placeholders; each message has its own text. Numbers are counted from the messages alone.

    `skipped`: who was named and left out, as {"recipientId": the id as given, "fanId": ours or null, "reason"}.
    `watched_since`: only messages that ended later count when a failing campaign is stopped; a person's resumption
    begins anew.
    """

    __tablename__ = "campaigns"
    __table_args__ = (
        belongs_to("creator_account_id", "creator_accounts"),
        one_of("type", CAMPAIGN_TYPES),
        one_of("status", CAMPAIGN_STATUSES),
        Index("ix_campaigns_created", "user_id", "created_at", "id"),
        Index(
            "ix_campaigns_active", "user_id", "creator_account_id", postgresql_where=text("status = 'ACTIVE'")
        ),
        Index("ix_campaigns_status", "user_id", "status", "created_at", "id"),
        Index("ix_campaigns_due", "scheduled_at", postgresql_where=text("status = 'SCHEDULED'")),
    )  # fmt: skip

    creator_account_id: Mapped[UUID]
    name: Mapped[str]
    type: Mapped[str]
    status: Mapped[str]
    status_detail: Mapped[str | None]
    content: Mapped[str]
    attachments: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default="[]")
    price_cents: Mapped[int | None] = mapped_column(BigInteger)
    priority: Mapped[int] = mapped_column(SmallInteger, default=5, server_default="5")
    sent_by: Mapped[str | None]
    skipped: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default="[]")
    scheduled_at: Mapped[datetime | None]
    watched_since: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]


class CampaignRecipient(Base):
    """`position` keeps the order in which the recipients were given."""

    __tablename__ = "campaign_recipients"
    __table_args__ = (
        ForeignKeyConstraint(["user_id", "campaign_id"], ["campaigns.user_id", "campaigns.id"]),
        belongs_to("fan_id", "fans"),
        UniqueConstraint("user_id", "campaign_id", "position"),
    )

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    campaign_id: Mapped[UUID] = mapped_column(primary_key=True)
    fan_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int]
