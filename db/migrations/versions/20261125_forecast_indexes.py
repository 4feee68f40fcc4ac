"""What waits of an account, read from an index alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "7d2a9c41b6f3"
down_revision = "5d0c1f0a7e23"


def upgrade() -> None:
    # A migration that cannot have its lock at once gives up, instead of making every query wait behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    # The table may be big: its index is built beside the traffic, outside of the transaction.
    with op.get_context().autocommit_block():
        op.create_index(
            "ix_messages_under_way",
            "messages",
            ["user_id", "creator_account_id", "campaign_id", "status", "scheduled_at"],
            postgresql_where=sa.text("status IN ('PENDING', 'QUEUED', 'SENDING')"),
            postgresql_concurrently=True,
            if_not_exists=True,
        )
        op.drop_index("ix_messages_open", "messages", postgresql_concurrently=True, if_exists=True)
