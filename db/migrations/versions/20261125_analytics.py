"""Indexes that hold all that analytics read."""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

revision = "e19c60b7f4a3"
down_revision = "3c1f0d7b9e52"


def upgrade() -> None:
    # A migration that cannot have its lock at once gives up, instead of making every query wait behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    with op.get_context().autocommit_block():
        op.create_index(
            "ix_messages_offered",
            "messages",
            ["user_id", "sent_at"],
            unique=False,
            postgresql_include=["price_cents", "creator_account_id", "fan_id"],
            postgresql_where=text("direction = 'OUT' AND price_cents IS NOT NULL AND sent_at IS NOT NULL"),
            postgresql_concurrently=True,
        )
        op.drop_index("ix_payments_paid", "payments", postgresql_concurrently=True)
        op.create_index(
            "ix_payments_paid",
            "payments",
            ["user_id", "paid_at", "id"],
            unique=False,
            postgresql_include=["kind", "amount_cents", "creator_account_id", "fan_id"],
            postgresql_concurrently=True,
        )
        op.create_index(
            "ix_fans_totals",
            "fans",
            ["user_id", "creator_account_id"],
            unique=False,
            postgresql_include=["value_cents", "last_seen_at", "platform"],
            postgresql_where=text("deleted_at IS NULL"),
            postgresql_concurrently=True,
        )
