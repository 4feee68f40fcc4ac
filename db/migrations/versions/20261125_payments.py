"""Payments, removed messages, the order of session events, and pauses of webhooks that met a fault."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "5b0c1f7d9e24"
down_revision = "98813a3ca41a"


def upgrade() -> None:
    # A migration that cannot have its lock at once gives up, instead of making every query wait behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.add_column("messages", sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("creator_accounts", sa.Column("session_event_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("creator_accounts", sa.Column("session_event_received_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("webhook_deliveries", sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "message_removals",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creator_account_id", sa.Uuid(), nullable=False),
        sa.Column("platform_message_id", sa.String(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["user_id", "creator_account_id"],
            ["creator_accounts.user_id", "creator_accounts.id"],
            name=op.f("fk_message_removals_user_id_creator_account_id"),
        ),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_message_removals")),
        sa.UniqueConstraint(
            "user_id", "creator_account_id", "platform_message_id", name="uq_message_removals_platform_message_id"
        ),
    )
    op.create_table(
        "payments",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creator_account_id", sa.Uuid(), nullable=False),
        sa.Column("fan_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("campaign_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("payment_key", sa.String(), nullable=False),
        sa.Column("platform_message_id", sa.String(), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("kind IN ('UNLOCK', 'TIP', 'SUBSCRIPTION')", name=op.f("ck_payments_kind_is_known")),
        sa.CheckConstraint("amount_cents BETWEEN 0 AND 9007199254740991", name=op.f("ck_payments_amount_cents_range")),
        sa.ForeignKeyConstraint(
            ["user_id", "campaign_id"],
            ["campaigns.user_id", "campaigns.id"],
            name=op.f("fk_payments_user_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id", "creator_account_id"],
            ["creator_accounts.user_id", "creator_accounts.id"],
            name=op.f("fk_payments_user_id_creator_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id", "fan_id"], ["fans.user_id", "fans.id"], name=op.f("fk_payments_user_id_fan_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id", "message_id"], ["messages.user_id", "messages.id"], name=op.f("fk_payments_user_id_message_id")
        ),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_payments")),
        sa.UniqueConstraint(
            "user_id",
            "creator_account_id",
            "kind",
            "payment_key",
            name=op.f("uq_payments_user_id_creator_account_id_kind_payment_key"),
        ),
    )
    op.create_index("ix_payments_paid", "payments", ["user_id", "paid_at", "id"])
    op.create_index("ix_payments_fan", "payments", ["user_id", "fan_id"])
    op.create_index(
        "ix_payments_campaign",
        "payments",
        ["user_id", "campaign_id"],
        postgresql_where=sa.text("campaign_id IS NOT NULL"),
    )
    op.create_index(
        "uq_payments_unlocked_message",
        "payments",
        ["user_id", "creator_account_id", "platform_message_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'UNLOCK'"),
    )
    # Not concurrently: that would wait for processes which wait for this migration. It reads the journal once.
    op.create_index(
        "ix_webhook_deliveries_failed",
        "webhook_deliveries",
        ["received_at", "id"],
        postgresql_where=sa.text("status = 'failed'"),
    )
