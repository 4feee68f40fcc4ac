"""Live events: what happened to an owner's inbox, in a sequence without gaps."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, one_of

EVENT_KINDS = (
    "message_added", "message_updated", "message_removed", "conversation_updated", "fan_updated", "fan_deleted",
    "payment_received", "account_updated", "resync_required", "campaign_updated",
)  # fmt: skip


class LiveSequence(Base):
    """The last sequence number of an owner. Locked last in a transaction, so that numbers commit in order."""

    __tablename__ = "live_sequences"
    __table_args__ = (ForeignKeyConstraint(["user_id"], ["users.id"]),)

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    epoch: Mapped[str] = mapped_column(server_default=text("substr(md5(random()::text), 1, 8)"))
    sequence: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")


class LiveEvent(Base):
    """Ids only: subscribers read the objects as they are when the event is delivered."""

    __tablename__ = "live_events"
    __table_args__ = (
        ForeignKeyConstraint(["user_id"], ["users.id"]),
        one_of("kind", EVENT_KINDS),
        Index("ix_live_events_age", "occurred_at"),
    )

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    kind: Mapped[str]
    occurred_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    creator_account_id: Mapped[UUID | None]
    conversation_id: Mapped[UUID | None]
    fan_id: Mapped[UUID | None]
    message_id: Mapped[UUID | None]
    campaign_id: Mapped[UUID | None]
    status: Mapped[str | None]
    data: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
