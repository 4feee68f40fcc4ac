"""Idempotency keys: the same key with the same input gives the first result again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base


class IdempotencyKey(Base):
    """`input_hash` is a SHA-256 of the input; `result_id` names the object the first call made."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (
        ForeignKeyConstraint(["user_id"], ["users.id"]),
        Index("ix_idempotency_keys_age", "created_at"),
    )

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    input_hash: Mapped[str]
    result_id: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
