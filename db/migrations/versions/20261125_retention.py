"""Indexes for removing what is old and for the limit's own question; tables of many changes are vacuumed earlier."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "5d0c1f0a7e23"
down_revision = "5c1e7a90d2b4"

BUSY = ("attempts", "lanes", "live_events", "live_sequences", "messages", "webhook_deliveries")


def upgrade() -> None:
    # A migration that cannot have its lock at once gives up, instead of making every query wait behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    for table in BUSY:
        op.execute(
            f"ALTER TABLE {table} SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500,"
            " autovacuum_analyze_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.1)"
        )
    with op.get_context().autocommit_block():
        op.create_index(
            "ix_attempts_lane",
            "attempts",
            ["platform", "account_id", sa.text("COALESCE(finished_at, lease_until)")],
            postgresql_concurrently=True,
            if_not_exists=True,
        )
        op.drop_index("ix_attempts_account", "attempts", postgresql_concurrently=True, if_exists=True)
        op.create_index(
            "ix_attempts_done",
            "attempts",
            ["finished_at", "id"],
            postgresql_where=sa.text("state = 'done'"),
            postgresql_concurrently=True,
            if_not_exists=True,
        )
        op.create_index(
            "ix_webhook_deliveries_finished",
            "webhook_deliveries",
            ["finished_at"],
            postgresql_where=sa.text("finished_at IS NOT NULL"),
            postgresql_concurrently=True,
            if_not_exists=True,
        )
