"""What an import needs to be carried on after a crash, previewed, mended and undone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "5d1c0a7be2f4"
down_revision = "e19c60b7f4a3"

KEY = ("user_id", "fan_import_id")


def upgrade() -> None:
    # A migration that cannot have its lock at once gives up, instead of making every query wait behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    _add_columns()
    _create_table("fan_import_failures", ["row"], _failure_columns())
    _create_table("fan_import_fans", ["fan_id"], _fan_columns(), _to_fans())
    _create_table("fan_import_previews", ["fan_id"], _preview_columns())
    for name, column in (("handle", "handle_key"), ("email", "email_key"), ("name", "exact_name")):
        op.create_index(f"ix_fan_import_previews_{name}", "fan_import_previews", [*KEY, column])
    op.create_index(
        "ix_fan_imports_open",
        "fan_imports",
        ["updated_at"],
        postgresql_where=sa.text("status IN ('PENDING', 'RUNNING')"),
    )
    _let_events_ask_for_a_resync()
    with op.get_context().autocommit_block():
        _index_fans()
        op.execute("ALTER TABLE live_events VALIDATE CONSTRAINT ck_live_events_kind_is_known")


def _add_columns() -> None:
    texts = postgresql.ARRAY(sa.Text())
    for column in (
        sa.Column("header", texts, server_default="{}", nullable=False),
        sa.Column("notes", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("revision", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_id", sa.Uuid(), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("undoing", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("undo_kept", sa.Integer(), nullable=True),
    ):
        op.add_column("fan_imports", column)


def _create_table(
    name: str, rest_of_key: list[str], columns: list[sa.Column[object]], *constraints: sa.Constraint
) -> None:
    op.create_table(
        name,
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("fan_import_id", sa.Uuid(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            [*KEY], ["fan_imports.user_id", "fan_imports.id"], name=op.f(f"fk_{name}_user_id_fan_import_id")
        ),
        *constraints,
        sa.PrimaryKeyConstraint(*KEY, *rest_of_key, name=op.f(f"pk_{name}")),
    )


def _failure_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("problems", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("cells", postgresql.ARRAY(sa.Text()), nullable=False),
    ]


def _fan_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("fan_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("brought_back", sa.Boolean(), nullable=False),
    ]


def _to_fans() -> sa.ForeignKeyConstraint:
    name = op.f("fk_fan_import_fans_user_id_fan_id")
    return sa.ForeignKeyConstraint(["user_id", "fan_id"], ["fans.user_id", "fans.id"], name=name)


def _preview_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("fan_id", sa.Uuid(), nullable=False),
        sa.Column("creator_account_id", sa.Uuid(), nullable=True),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("handle_key", sa.String(collation="C"), nullable=True),
        sa.Column("email_key", sa.String(collation="C"), nullable=True),
        sa.Column("exact_name", sa.String(collation="C"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("handle", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("tags", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("value_cents", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    ]


def _let_events_ask_for_a_resync() -> None:
    """Added unchecked, and checked below without a lock that keeps others out."""
    kinds = (
        "message_added", "message_updated", "message_removed", "conversation_updated", "fan_updated", "fan_deleted",
        "payment_received", "account_updated", "resync_required",
    )  # fmt: skip
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.execute("ALTER TABLE live_events DROP CONSTRAINT ck_live_events_kind_is_known")
    op.execute(
        f"ALTER TABLE live_events ADD CONSTRAINT ck_live_events_kind_is_known CHECK (kind IN ({listed})) NOT VALID"
    )


def _index_fans() -> None:
    """Outside the transaction: a big table stays open for writing meanwhile."""
    indexes: dict[str, tuple[list[str | sa.TextClause], str]] = {
        "ix_fans_email": (["user_id", sa.text('lower(email COLLATE "C")')], "email IS NOT NULL"),
        "ix_fans_without_handle": (["user_id", "name_key"], "handle_key IS NULL AND erased_at IS NULL"),
    }
    for name, (columns, condition) in indexes.items():
        # One that was cut off half way is there, and of no use.
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        op.create_index(name, "fans", columns, postgresql_where=sa.text(condition), postgresql_concurrently=True)
