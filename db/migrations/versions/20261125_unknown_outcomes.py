"""Unknown outcomes: since when, until when they are repeated, and how often they were read back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "3c1f0d7b9e52"
down_revision = "5b0c1f7d9e24"

# What was unknown before may have arrived, also where a person has put it back since.
MAY_HAVE_ARRIVED = """
UPDATE messages SET unknown_since = coalesce(finished_at, updated_at)
WHERE status = 'UNKNOWN' OR (
    status IN ('PENDING', 'QUEUED', 'SENDING') AND EXISTS (
        SELECT 1 FROM attempts
        WHERE attempts.user_id = messages.user_id AND attempts.message_id = messages.id AND outcome = 'UNKNOWN'
    )
)
"""
NEXT = "ix_messages_unknown_next"


def upgrade() -> None:
    # A migration that cannot have its lock at once gives up, instead of making every query wait behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    # Each step may be done again, should the index at the end fail: what is before it is committed then.
    for column in (
        sa.Column("unknown_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("repeat_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_backs", sa.SmallInteger(), server_default="0", nullable=False),
    ):
        op.add_column("messages", column, if_not_exists=True)
    op.execute(MAY_HAVE_ARRIVED)
    # The table may be big: its index is built beside the traffic, outside of the transaction.
    with op.get_context().autocommit_block():
        op.drop_index(NEXT, if_exists=True, postgresql_concurrently=True)
        op.create_index(
            NEXT,
            "messages",
            ["user_id", "creator_account_id", "not_before"],
            postgresql_where=sa.text("status = 'UNKNOWN' AND not_before IS NOT NULL"),
            postgresql_concurrently=True,
        )
