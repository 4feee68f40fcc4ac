"""The same file again recognises fans whom it has given other names or addresses."""

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
    op.create_index("ix_fan_imports_file", "fan_imports", ["user_id", "file_hash"])
    op.create_table(
        TABLE,
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("fan_import_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("key", sa.String(collation="C"), nullable=False),
        sa.Column("fan_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id", "fan_import_id"],
            ["fan_imports.user_id", "fan_imports.id"],
            name=op.f("fk_fan_import_former_keys_user_id_fan_import_id"),
        ),
        sa.PrimaryKeyConstraint(
            "user_id", "fan_import_id", "title", "key", "fan_id", name=op.f("pk_fan_import_former_keys")
        ),
    )
    op.create_index("ix_fan_import_former_keys_fan", TABLE, ["user_id", "fan_id"])
