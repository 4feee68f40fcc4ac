"""What waits of an account and what a lane has sent, each read from an index alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "7d2a9c41b6f3"
down_revision = "98813a3ca41a"


def upgrade() -> None:
    # A migration that cannot have its lock at once gives up, instead of making every query wait behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    # The tables may be big: their indexes are built beside the traffic, outside of the transaction.
    with op.get_context().autocommit_block():
        op.create_index(
            "ix_attempts_ended",
            "attempts",
            ["platform", "account_id", sa.text("coalesce(finished_at, lease_until)")],
            postgresql_concurrently=True,
            if_not_exists=True,
        )
        op.drop_index("ix_attempts_account", "attempts", postgresql_concurrently=True, if_exists=True)
        op.create_index(
            "ix_messages_under_way",
            "messages",
            ["user_id", "creator_account_id", "campaign_id", "status", "scheduled_at"],
            postgresql_where=sa.text("status IN ('PENDING', 'QUEUED', 'SENDING')"),
            postgresql_concurrently=True,
            if_not_exists=True,
        )
        op.drop_index("ix_messages_open", "messages", postgresql_concurrently=True, if_exists=True)
