"""Lanes: the turn of each platform account at the senders."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, one_of
from db.models.creator_accounts import PLATFORMS


class Lane(Base):
    """One row for each account a platform knows, whoever owns it here: a change of owner keeps the limit.

    `due_at`: when a sender should look again; null while nothing waits. `wake_pending_until`: when the wake-up arrives
    that is pending in the queue for a Lambda worker; null where none is. Nothing but sending locks these rows.
    """

    __tablename__ = "lanes"
    __table_args__ = (
        one_of("platform", PLATFORMS),
        Index("ix_lanes_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    )

    platform: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime | None]
    blocked_until: Mapped[datetime | None]
    wake_pending_until: Mapped[datetime | None]
