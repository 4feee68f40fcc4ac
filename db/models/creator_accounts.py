"""Creator accounts: one account of a creator on a platform, with its encrypted credentials."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, Owned, Versioned, one_of

PLATFORMS = ("ONLYFANS", "FANSLY", "FANVUE", "PATREON", "SANDBOX")
ACCOUNT_STATUSES = ("CONNECTED", "DEGRADED", "SESSION_EXPIRED", "INVALID_CREDENTIALS", "DISCONNECTED")


class CreatorAccount(Owned, Versioned, Base):
    """`account_id` is the platform's own id. Keys and secrets are Fernet tokens, never plain text.

    `session_event_at` is the moment of the newest event that told whether the account's session at the platform stands,
    and `session_event_received_at` when that came: an older one changes nothing.
    """

    __tablename__ = "creator_accounts"
    __table_args__ = (
        ForeignKeyConstraint(["user_id"], ["users.id"]),
        UniqueConstraint("user_id", "platform", "account_id"),
        one_of("platform", PLATFORMS),
        one_of("status", ACCOUNT_STATUSES),
        # One platform account is in one user's hands at a time; whoever proves the key last has it.
        Index(
            "uq_creator_accounts_in_use",
            "platform",
            "account_id",
            unique=True,
            postgresql_where=text("status <> 'DISCONNECTED'"),
        ),
    )

    platform: Mapped[str]
    account_id: Mapped[str]
    display_name: Mapped[str]
    avatar: Mapped[str | None]
    status: Mapped[str] = mapped_column(default="CONNECTED")
    status_detail: Mapped[str | None]
    api_key_encrypted: Mapped[str]
    webhook_secret_encrypted: Mapped[str | None]
    former_webhook_secret_encrypted: Mapped[str | None]
    former_webhook_secret_until: Mapped[datetime | None]
    connected_at: Mapped[datetime]
    session_event_at: Mapped[datetime | None]
    session_event_received_at: Mapped[datetime | None]
