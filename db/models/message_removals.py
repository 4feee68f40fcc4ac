"""What was deleted at the platform before we had heard of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from db.models.base import Base, Owned, belongs_to


class MessageRemoval(Owned, Base):
    """A message with this platform id is removed the moment it appears: webhooks come in any order."""

    __tablename__ = "message_removals"
    __table_args__ = (
        belongs_to("creator_account_id", "creator_accounts"),
        UniqueConstraint(
            "user_id", "creator_account_id", "platform_message_id", name="uq_message_removals_platform_message_id"
        ),
    )

    creator_account_id: Mapped[UUID]
    platform_message_id: Mapped[str]
    removed_at: Mapped[datetime]
