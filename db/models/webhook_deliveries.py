"""The journal of webhooks: each with a good signature is stored raw before it is worked on."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, Owned, belongs_to, one_of

WEBHOOK_STATUSES = ("received", "done", "ignored", "failed")


class WebhookDelivery(Owned, Base):
    """`delivery_key` recognises a replay: the platform's own key, else a hash of the body.

    `next_try_at`: after a fault, not to be worked on before. Failed are those that were given up or cannot be read.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        belongs_to("creator_account_id", "creator_accounts"),
        UniqueConstraint("user_id", "creator_account_id", "delivery_key"),
        one_of("status", WEBHOOK_STATUSES),
        Index("ix_webhook_deliveries_open", "received_at", postgresql_where=text("status = 'received'")),
        Index("ix_webhook_deliveries_finished", "finished_at", postgresql_where=text("finished_at IS NOT NULL")),
        Index("ix_webhook_deliveries_failed", "received_at", "id", postgresql_where=text("status = 'failed'")),
    )

    creator_account_id: Mapped[UUID]
    delivery_key: Mapped[str]
    kind: Mapped[str]
    body: Mapped[bytes]
    status: Mapped[str] = mapped_column(default="received")
    detail: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    received_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    next_try_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
