"""A lane remembers the delayed wake-up that is pending for it in the queue."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "5c1e7a90d2b4"
down_revision = "c4a7d15e9b02"


def upgrade() -> None:
    # A migration that cannot have its lock at once gives up, instead of making every query wait behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.add_column("lanes", sa.Column("wake_pending_until", sa.DateTime(timezone=True), nullable=True))
