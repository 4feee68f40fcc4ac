"""Campaigns: who was left out, since when failures count, and the indexes of schedules and lists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "c4a7d15e9b02"
down_revision = "5d1c0a7be2f4"


def upgrade() -> None:
    # A migration that cannot have its lock at once gives up, instead of making every query wait behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.add_column(
        "campaigns",
        sa.Column("skipped", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
    )
    op.add_column("campaigns", sa.Column("watched_since", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_campaigns_status", "campaigns", ["user_id", "status", "created_at", "id"], unique=False)
    op.create_index(
        "ix_campaigns_due",
        "campaigns",
        ["scheduled_at"],
        unique=False,
        postgresql_where=sa.text("status = 'SCHEDULED'"),
    )
    op.create_unique_constraint(
        op.f("uq_campaign_recipients_user_id_campaign_id_position"),
        "campaign_recipients",
        ["user_id", "campaign_id", "position"],
    )
    op.drop_constraint(op.f("ck_live_events_kind_is_known"), "live_events", type_="check")
    # Checked for new rows alone at first, which needs no look at the old ones while the table is locked.
    op.execute(
        "ALTER TABLE live_events ADD CONSTRAINT ck_live_events_kind_is_known CHECK (kind IN ('message_added', "
        "'message_updated', 'message_removed', 'conversation_updated', 'fan_updated', 'fan_deleted', "
        "'payment_received', 'account_updated', 'resync_required', 'campaign_updated')) NOT VALID"
    )
    op.execute("ALTER TABLE live_events VALIDATE CONSTRAINT ck_live_events_kind_is_known")
