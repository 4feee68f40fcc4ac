"""An index of unknown messages by their beginning: how long they hold their conversations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "a4d27e90c5b1"
down_revision = "a91e5d07c3b8"

SINCE = "ix_messages_unknown_since"


def upgrade() -> None:
    # A migration that cannot have its lock at once gives up, instead of making every query wait behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    with op.get_context().autocommit_block():
        op.drop_index(SINCE, if_exists=True, postgresql_concurrently=True)
        op.create_index(
            SINCE,
            "messages",
            ["user_id", "creator_account_id", "unknown_since"],
            postgresql_where=sa.text("status = 'UNKNOWN'"),
            postgresql_concurrently=True,
        )
