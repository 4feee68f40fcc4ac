"""Imports: the same file again recognises whom it has called otherwise, and a name is looked up by its own index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "7c3e9a51d06f"
down_revision = "2b8f0e64d7a9"

TABLE = "fan_import_former_keys"


def upgrade() -> None:
    # A migration that cannot have its lock at once gives up, instead of making every query wait behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.add_column("fan_imports", sa.Column("file_hash", sa.LargeBinary(), nullable=True))
    op.create_table(
        TABLE,
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("file_hash", sa.LargeBinary(), nullable=False),
        sa.Column("rehearsal", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("key", sa.String(collation="C"), nullable=False),
        sa.Column("fan_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_fan_import_former_keys_user_id")),
        sa.PrimaryKeyConstraint(
            "user_id", "file_hash", "rehearsal", "title", "key", "fan_id", name=op.f("pk_fan_import_former_keys")
        ),
    )
    op.create_index("ix_fan_import_former_keys_fan", TABLE, ["user_id", "fan_id"])
    with op.get_context().autocommit_block():
        # One that was cut off half way is there, and of no use.
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_fans_called")
        op.create_index("ix_fans_called", "fans", ["user_id", "name_key"], postgresql_concurrently=True)
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_fans_without_handle")
