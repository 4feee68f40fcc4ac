"""Counts of an owner's messages, kept by triggers in the transaction that changes a message."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base
from db.models.count_triggers import attach

ENDED = ("SENT", "DELIVERED", "FAILED", "UNKNOWN")
"""Messages in these statuses have ended their way, as far as anybody can tell: they are the processed ones."""

# Room for new versions of a row beside the old ones, so that counting touches no index.
ROOMY = {"postgresql_with": {"fillfactor": "50"}}


class MessageCount(Base):
    """Outbound messages whose `queued_at` or `finished_at` lies in the quarter of an hour that begins at `quarter`.

    `processed` are those that ended their way then (`ENDED`), `failed` is part of them. Midnight of every time zone in
    use is the beginning of a quarter. Only the last days are kept: nobody asks for more than today.
    """

    __tablename__ = "message_counts"
    __table_args__ = (ForeignKeyConstraint(["user_id"], ["users.id"]), ROOMY)

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    quarter: Mapped[datetime] = mapped_column(primary_key=True)
    queued: Mapped[int] = mapped_column(server_default=text("0"))
    processed: Mapped[int] = mapped_column(server_default=text("0"))
    failed: Mapped[int] = mapped_column(server_default=text("0"))


class UnsentCount(Base):
    """Messages of an account that are FAILED or UNKNOWN now, however old: they grow in number and are rarely few.

    `creator_account_id` is the nil UUID for messages without an account.
    """

    __tablename__ = "unsent_counts"
    __table_args__ = (ForeignKeyConstraint(["user_id"], ["users.id"]), ROOMY)

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    creator_account_id: Mapped[UUID] = mapped_column(primary_key=True)
    failed: Mapped[int] = mapped_column(server_default=text("0"))
    unknown: Mapped[int] = mapped_column(server_default=text("0"))


attach(Base.metadata)
