"""Payments: what fans paid, as the platform told."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, Owned, belongs_to, one_of

PAYMENT_KINDS = ("UNLOCK", "TIP", "SUBSCRIPTION")


class Payment(Owned, Base):
    """`amount_cents` is what the fan paid, in US cents, before the platform's share; 0 for a free subscription.

    `payment_key` is the platform's own id of the payment, else a hash of what it is known by. An unlock names its
    message by the platform's id; `message_id` is null until that message is known here, and `campaign_id` is the
    message's. A message is unlocked once, whatever number of payments is told of it.
    """

    __tablename__ = "payments"
    __table_args__ = (
        belongs_to("creator_account_id", "creator_accounts"),
        belongs_to("fan_id", "fans"),
        belongs_to("message_id", "messages"),
        belongs_to("campaign_id", "campaigns"),
        one_of("kind", PAYMENT_KINDS),
        CheckConstraint("amount_cents BETWEEN 0 AND 9007199254740991", name="amount_cents_range"),
        UniqueConstraint("user_id", "creator_account_id", "kind", "payment_key"),
        Index(
            "uq_payments_unlocked_message", "user_id", "creator_account_id", "platform_message_id",
            unique=True, postgresql_where=text("kind = 'UNLOCK'"),
        ),
        Index(
            "ix_payments_paid", "user_id", "paid_at", "id",
            postgresql_include=["kind", "amount_cents", "creator_account_id", "fan_id"],
        ),
        Index("ix_payments_fan", "user_id", "fan_id"),
        Index("ix_payments_campaign", "user_id", "campaign_id", postgresql_where=text("campaign_id IS NOT NULL")),
    )  # fmt: skip

    creator_account_id: Mapped[UUID]
    fan_id: Mapped[UUID]
    message_id: Mapped[UUID | None]
    campaign_id: Mapped[UUID | None]
    kind: Mapped[str]
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    payment_key: Mapped[str]
    platform_message_id: Mapped[str | None]
    paid_at: Mapped[datetime]
