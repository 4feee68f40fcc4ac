"""Conversations: one for each fan."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, Owned, Versioned, belongs_to, one_of
from db.models.creator_accounts import PLATFORMS


class Conversation(Owned, Versioned, Base):
    """The counters and the last message are kept by the transactions that change them, never computed by a list."""

    __tablename__ = "conversations"
    __table_args__ = (
        belongs_to("fan_id", "fans"),
        belongs_to("creator_account_id", "creator_accounts"),
        ForeignKeyConstraint(
            ["user_id", "last_message_id"], ["messages.user_id", "messages.id"],
            name="fk_conversations_last_message", use_alter=True,
        ),
        UniqueConstraint("user_id", "fan_id"),
        one_of("platform", PLATFORMS),
        CheckConstraint("unread_count >= 0", name="unread_count_range"),
        Index("ix_conversations_last_message", "user_id", "last_message_at", "id"),
        Index("ix_conversations_last_incoming", "user_id", "last_incoming_at", "id"),
        Index("ix_conversations_unread", "user_id", "last_message_at", "id", postgresql_where=text("unread_count > 0")),
        Index("ix_conversations_awaiting", "user_id", "last_message_at", "id", postgresql_where=text("awaiting_reply")),
        Index("ix_conversations_account", "user_id", "creator_account_id", "last_message_at", "id"),
        Index("ix_conversations_platform", "user_id", "platform", "last_message_at", "id"),
    )  # fmt: skip

    fan_id: Mapped[UUID]
    creator_account_id: Mapped[UUID | None]
    platform: Mapped[str]
    last_message_id: Mapped[UUID | None]
    last_message_at: Mapped[datetime | None]
    last_incoming_at: Mapped[datetime | None]
    awaiting_reply: Mapped[bool] = mapped_column(default=False, server_default="false")
    unread_count: Mapped[int] = mapped_column(default=0, server_default="0")
