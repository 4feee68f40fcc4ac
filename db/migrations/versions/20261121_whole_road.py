"""The tables of the first release."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "98813a3ca41a"
down_revision = None


def upgrade() -> None:
    # A migration that cannot have its lock at once gives up, instead of making every query wait behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.create_table(
        "lanes",
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "platform IN ('ONLYFANS', 'FANSLY', 'FANVUE', 'PATREON', 'SANDBOX')",
            name=op.f("ck_lanes_platform_is_known"),
        ),
        sa.PrimaryKeyConstraint("platform", "account_id", name=op.f("pk_lanes")),
    )
    op.create_index("ix_lanes_due", "lanes", ["due_at"], unique=False, postgresql_where=sa.text("due_at IS NOT NULL"))
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint("char_length(subject) BETWEEN 1 AND 255", name=op.f("ck_users_subject_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_users_issuer_subject")),
    )
    op.create_table(
        "worker_heartbeats",
        sa.Column("worker", sa.String(), nullable=False),
        sa.Column(
            "started_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("beat_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.PrimaryKeyConstraint("worker", name=op.f("pk_worker_heartbeats")),
    )
    op.create_table(
        "creator_accounts",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("avatar", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("status_detail", sa.String(), nullable=True),
        sa.Column("api_key_encrypted", sa.String(), nullable=False),
        sa.Column("webhook_secret_encrypted", sa.String(), nullable=True),
        sa.Column("former_webhook_secret_encrypted", sa.String(), nullable=True),
        sa.Column("former_webhook_secret_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("connected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "platform IN ('ONLYFANS', 'FANSLY', 'FANVUE', 'PATREON', 'SANDBOX')",
            name=op.f("ck_creator_accounts_platform_is_known"),
        ),
        sa.CheckConstraint(
            "status IN ('CONNECTED', 'DEGRADED', 'SESSION_EXPIRED', 'INVALID_CREDENTIALS', 'DISCONNECTED')",
            name=op.f("ck_creator_accounts_status_is_known"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_creator_accounts_user_id")),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_creator_accounts")),
        sa.UniqueConstraint(
            "user_id", "platform", "account_id", name=op.f("uq_creator_accounts_user_id_platform_account_id")
        ),
    )
    op.create_index(
        "uq_creator_accounts_in_use",
        "creator_accounts",
        ["platform", "account_id"],
        unique=True,
        postgresql_where=sa.text("status <> 'DISCONNECTED'"),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("input_hash", sa.String(), nullable=False),
        sa.Column("result_id", sa.Uuid(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_idempotency_keys_user_id")),
        sa.PrimaryKeyConstraint("user_id", "operation", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index("ix_idempotency_keys_age", "idempotency_keys", ["created_at"], unique=False)
    op.create_table(
        "live_events",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column(
            "occurred_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("creator_account_id", sa.Uuid(), nullable=True),
        sa.Column("conversation_id", sa.Uuid(), nullable=True),
        sa.Column("fan_id", sa.Uuid(), nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("campaign_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(), nullable=True),
        sa.Column("data", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint(
            "kind IN ('message_added', 'message_updated', 'message_removed', 'conversation_updated', 'fan_updated', 'fan_deleted', 'payment_received', 'account_updated')",
            name=op.f("ck_live_events_kind_is_known"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_live_events_user_id")),
        sa.PrimaryKeyConstraint("user_id", "sequence", name=op.f("pk_live_events")),
    )
    op.create_index("ix_live_events_age", "live_events", ["occurred_at"], unique=False)
    op.create_table(
        "live_sequences",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.String(), server_default=sa.text("substr(md5(random()::text), 1, 8)"), nullable=False),
        sa.Column("sequence", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_live_sequences_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_live_sequences")),
    )
    op.create_table(
        "campaigns",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creator_account_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("status_detail", sa.String(), nullable=True),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("attachments", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("price_cents", sa.BigInteger(), nullable=True),
        sa.Column("priority", sa.SmallInteger(), server_default="5", nullable=False),
        sa.Column("sent_by", sa.String(), nullable=True),
        sa.Column("scheduled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "status IN ('DRAFT', 'SCHEDULED', 'ACTIVE', 'PAUSED', 'COMPLETED', 'CANCELLED')",
            name=op.f("ck_campaigns_status_is_known"),
        ),
        sa.CheckConstraint(
            "type IN ('BULK_MESSAGE', 'WELCOME', 'RE_ENGAGEMENT', 'PPV', 'CUSTOM')",
            name=op.f("ck_campaigns_type_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id", "creator_account_id"],
            ["creator_accounts.user_id", "creator_accounts.id"],
            name=op.f("fk_campaigns_user_id_creator_account_id"),
        ),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_campaigns")),
    )
    op.create_index(
        "ix_campaigns_active",
        "campaigns",
        ["user_id", "creator_account_id"],
        unique=False,
        postgresql_where=sa.text("status = 'ACTIVE'"),
    )
    op.create_index("ix_campaigns_created", "campaigns", ["user_id", "created_at", "id"], unique=False)
    op.create_table(
        "fan_imports",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creator_account_id", sa.Uuid(), nullable=True),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("on_duplicate", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("status_detail", sa.String(), nullable=True),
        sa.Column("total_rows", sa.Integer(), nullable=True),
        sa.Column("processed_rows", sa.Integer(), server_default="0", nullable=False),
        sa.Column("inserted", sa.Integer(), server_default="0", nullable=False),
        sa.Column("updated", sa.Integer(), server_default="0", nullable=False),
        sa.Column("skipped", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("warnings", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint("on_duplicate IN ('SKIP', 'UPDATE')", name=op.f("ck_fan_imports_on_duplicate_is_known")),
        sa.CheckConstraint(
            "platform IN ('ONLYFANS', 'FANSLY', 'FANVUE', 'PATREON', 'SANDBOX')",
            name=op.f("ck_fan_imports_platform_is_known"),
        ),
        sa.CheckConstraint(
            "status IN ('PENDING', 'RUNNING', 'COMPLETED', 'FAILED', 'UNDONE')",
            name=op.f("ck_fan_imports_status_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id", "creator_account_id"],
            ["creator_accounts.user_id", "creator_accounts.id"],
            name=op.f("fk_fan_imports_user_id_creator_account_id"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_fan_imports_user_id")),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_fan_imports")),
    )
    op.create_index("ix_fan_imports_created", "fan_imports", ["user_id", "created_at", "id"], unique=False)
    op.create_table(
        "fans",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creator_account_id", sa.Uuid(), nullable=True),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("platform_fan_id", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "name_key",
            sa.String(collation="C"),
            sa.Computed(
                r""""left"(lower(regexp_replace(NORMALIZE(name, NFKD), '[\u0300-\u036f]'::text, ''::text, 'g'::text)), 100)""",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column("handle", sa.String(), nullable=True),
        sa.Column("handle_key", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("avatar", sa.String(), nullable=True),
        sa.Column("tags", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("value_cents", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("notes", sa.String(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "platform IN ('ONLYFANS', 'FANSLY', 'FANVUE', 'PATREON', 'SANDBOX')",
            name=op.f("ck_fans_platform_is_known"),
        ),
        sa.CheckConstraint("value_cents BETWEEN 0 AND 9007199254740991", name=op.f("ck_fans_value_cents_range")),
        sa.ForeignKeyConstraint(
            ["user_id", "creator_account_id"],
            ["creator_accounts.user_id", "creator_accounts.id"],
            name=op.f("fk_fans_user_id_creator_account_id"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_fans_user_id")),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_fans")),
    )
    op.create_index(
        "ix_fans_created",
        "fans",
        ["user_id", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_fans_name",
        "fans",
        ["user_id", "name_key", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_fans_seen",
        "fans",
        ["user_id", "last_seen_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    for name, column in (("account", "creator_account_id"), ("platform", "platform")):
        op.create_index(
            f"ix_fans_{name}",
            "fans",
            ["user_id", column, "created_at", "id"],
            unique=False,
            postgresql_where=sa.text("deleted_at IS NULL"),
        )
    op.create_index(
        "ix_fans_seen_newest",
        "fans",
        ["user_id", sa.literal_column("last_seen_at DESC NULLS LAST"), sa.literal_column("id DESC")],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_fans_value",
        "fans",
        ["user_id", "value_cents", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "uq_fans_handle_key",
        "fans",
        ["user_id", "platform", "creator_account_id", "handle_key"],
        unique=True,
        postgresql_where=sa.text("handle_key IS NOT NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_index(
        "uq_fans_platform_fan_id",
        "fans",
        ["user_id", "creator_account_id", "platform_fan_id"],
        unique=True,
        postgresql_where=sa.text("platform_fan_id IS NOT NULL"),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creator_account_id", sa.Uuid(), nullable=False),
        sa.Column("delivery_key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "received_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "status IN ('received', 'done', 'ignored', 'failed')",
            name=op.f("ck_webhook_deliveries_status_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id", "creator_account_id"],
            ["creator_accounts.user_id", "creator_accounts.id"],
            name=op.f("fk_webhook_deliveries_user_id_creator_account_id"),
        ),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_webhook_deliveries")),
        sa.UniqueConstraint(
            "user_id",
            "creator_account_id",
            "delivery_key",
            name=op.f("uq_webhook_deliveries_user_id_creator_account_id_delivery_key"),
        ),
    )
    op.create_index(
        "ix_webhook_deliveries_open",
        "webhook_deliveries",
        ["received_at"],
        unique=False,
        postgresql_where=sa.text("status = 'received'"),
    )
    op.create_table(
        "campaign_recipients",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("fan_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id", "campaign_id"],
            ["campaigns.user_id", "campaigns.id"],
            name=op.f("fk_campaign_recipients_user_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id", "fan_id"],
            ["fans.user_id", "fans.id"],
            name=op.f("fk_campaign_recipients_user_id_fan_id"),
        ),
        sa.PrimaryKeyConstraint("user_id", "campaign_id", "fan_id", name=op.f("pk_campaign_recipients")),
    )
    op.create_table(
        "conversations",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fan_id", sa.Uuid(), nullable=False),
        sa.Column("creator_account_id", sa.Uuid(), nullable=True),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("last_message_id", sa.Uuid(), nullable=True),
        sa.Column("last_message_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_incoming_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("awaiting_reply", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("unread_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "platform IN ('ONLYFANS', 'FANSLY', 'FANVUE', 'PATREON', 'SANDBOX')",
            name=op.f("ck_conversations_platform_is_known"),
        ),
        sa.CheckConstraint("unread_count >= 0", name=op.f("ck_conversations_unread_count_range")),
        sa.ForeignKeyConstraint(
            ["user_id", "creator_account_id"],
            ["creator_accounts.user_id", "creator_accounts.id"],
            name=op.f("fk_conversations_user_id_creator_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id", "fan_id"], ["fans.user_id", "fans.id"], name=op.f("fk_conversations_user_id_fan_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id", "last_message_id"],
            ["messages.user_id", "messages.id"],
            name="fk_conversations_last_message",
            use_alter=True,
        ),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_conversations")),
        sa.UniqueConstraint("user_id", "fan_id", name=op.f("uq_conversations_user_id_fan_id")),
    )
    op.create_index(
        "ix_conversations_last_incoming", "conversations", ["user_id", "last_incoming_at", "id"], unique=False
    )
    op.create_index(
        "ix_conversations_last_message", "conversations", ["user_id", "last_message_at", "id"], unique=False
    )
    op.create_index(
        "ix_conversations_unread",
        "conversations",
        ["user_id", "last_message_at", "id"],
        unique=False,
        postgresql_where=sa.text("unread_count > 0"),
    )
    op.create_index(
        "ix_conversations_awaiting",
        "conversations",
        ["user_id", "last_message_at", "id"],
        unique=False,
        postgresql_where=sa.text("awaiting_reply"),
    )
    op.create_index(
        "ix_conversations_account",
        "conversations",
        ["user_id", "creator_account_id", "last_message_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_conversations_platform", "conversations", ["user_id", "platform", "last_message_at", "id"], unique=False
    )
    op.create_table(
        "fan_import_files",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("fan_import_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id", "fan_import_id"],
            ["fan_imports.user_id", "fan_imports.id"],
            name=op.f("fk_fan_import_files_user_id_fan_import_id"),
        ),
        sa.PrimaryKeyConstraint("user_id", "fan_import_id", name=op.f("pk_fan_import_files")),
    )
    op.create_table(
        "messages",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("fan_id", sa.Uuid(), nullable=False),
        sa.Column("creator_account_id", sa.Uuid(), nullable=True),
        sa.Column("campaign_id", sa.Uuid(), nullable=True),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("sent_by", sa.String(), nullable=True),
        sa.Column("client_key", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("price_cents", sa.BigInteger(), nullable=True),
        sa.Column("purchased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("attachments", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("priority", sa.SmallInteger(), server_default="5", nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("platform_message_id", sa.String(), nullable=True),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("scheduled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure_reason", sa.String(), nullable=True),
        sa.Column("request", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("platform_key", sa.String(), nullable=True),
        sa.Column("metadata", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint("direction IN ('IN', 'OUT')", name=op.f("ck_messages_direction_is_known")),
        sa.CheckConstraint(
            "origin IN ('FAN', 'USER', 'AI', 'CAMPAIGN', 'PLATFORM_APP')",
            name=op.f("ck_messages_origin_is_known"),
        ),
        sa.CheckConstraint(
            "status IN ('PENDING', 'QUEUED', 'SENDING', 'SENT', 'DELIVERED', 'FAILED', 'UNKNOWN', 'CANCELLED', 'RECEIVED')",
            name=op.f("ck_messages_status_is_known"),
        ),
        sa.CheckConstraint("price_cents IS NULL OR price_cents > 0", name=op.f("ck_messages_price_is_positive")),
        sa.CheckConstraint("priority BETWEEN 1 AND 10", name=op.f("ck_messages_priority_range")),
        sa.ForeignKeyConstraint(
            ["user_id", "campaign_id"],
            ["campaigns.user_id", "campaigns.id"],
            name=op.f("fk_messages_user_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id", "conversation_id"],
            ["conversations.user_id", "conversations.id"],
            name=op.f("fk_messages_user_id_conversation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id", "creator_account_id"],
            ["creator_accounts.user_id", "creator_accounts.id"],
            name=op.f("fk_messages_user_id_creator_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id", "fan_id"], ["fans.user_id", "fans.id"], name=op.f("fk_messages_user_id_fan_id")
        ),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_messages")),
    )
    op.create_index(
        "ix_messages_campaign",
        "messages",
        ["user_id", "campaign_id", "id"],
        unique=False,
        postgresql_where=sa.text("campaign_id IS NOT NULL"),
    )
    op.create_index(
        "ix_messages_campaign_waiting",
        "messages",
        ["user_id", "campaign_id", sa.literal_column("priority DESC"), "id"],
        unique=False,
        postgresql_where=sa.text("status = 'QUEUED' AND campaign_id IS NOT NULL"),
    )
    op.create_index(
        "ix_messages_conversation",
        "messages",
        ["user_id", "conversation_id", "placed_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_messages_conversation_under_way",
        "messages",
        ["user_id", "conversation_id", "id"],
        unique=False,
        postgresql_where=sa.text("status IN ('PENDING', 'QUEUED', 'SENDING', 'UNKNOWN') AND campaign_id IS NULL"),
    )
    op.create_index("ix_messages_fan", "messages", ["user_id", "fan_id"], unique=False)
    op.create_index(
        "ix_messages_open",
        "messages",
        ["user_id", "status", "creator_account_id"],
        unique=False,
        postgresql_where=sa.text("status IN ('PENDING', 'QUEUED', 'SENDING', 'FAILED', 'UNKNOWN')"),
    )
    op.create_index(
        "ix_messages_pending",
        "messages",
        [sa.literal_column("coalesce(scheduled_at, updated_at)")],
        unique=False,
        postgresql_where=sa.text("status = 'PENDING'"),
    )
    op.create_index(
        "ix_messages_failed",
        "messages",
        ["user_id", "placed_at", "id"],
        unique=False,
        postgresql_where=sa.text("status IN ('FAILED', 'UNKNOWN')"),
    )
    op.create_index(
        "ix_messages_unread",
        "messages",
        ["user_id", "conversation_id", "placed_at", "id"],
        unique=False,
        postgresql_where=sa.text("NOT read"),
    )
    op.create_index(
        "ix_messages_replies_waiting",
        "messages",
        ["user_id", "creator_account_id", sa.literal_column("priority DESC"), "id"],
        unique=False,
        postgresql_where=sa.text("status = 'QUEUED' AND campaign_id IS NULL"),
    )
    op.create_index(
        "uq_messages_platform_id",
        "messages",
        ["user_id", "creator_account_id", "platform_message_id"],
        unique=True,
        postgresql_where=sa.text("platform_message_id IS NOT NULL"),
    )
    op.create_table(
        "attempts",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("campaign", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("worker", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("detail", sa.String(), nullable=True),
        sa.Column(
            "reserved_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("dispatched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "outcome IN ('SENT', 'NOT_SENT', 'REFUSED', 'UNKNOWN')", name=op.f("ck_attempts_outcome_is_known")
        ),
        sa.CheckConstraint("state IN ('reserved', 'dispatching', 'done')", name=op.f("ck_attempts_state_is_known")),
        sa.ForeignKeyConstraint(
            ["user_id", "message_id"],
            ["messages.user_id", "messages.id"],
            name=op.f("fk_attempts_user_id_message_id"),
        ),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_attempts")),
        sa.UniqueConstraint("user_id", "message_id", "number", name=op.f("uq_attempts_user_id_message_id_number")),
    )
    op.create_index(
        "ix_attempts_account",
        "attempts",
        ["platform", "account_id", sa.literal_column("reserved_at DESC")],
        unique=False,
    )
    op.create_index(
        "ix_attempts_unfinished",
        "attempts",
        ["lease_until"],
        unique=False,
        postgresql_where=sa.text("state <> 'done'"),
    )
    for table in ("fans", "messages"):
        op.add_column(table, sa.Column("search", postgresql.TSVECTOR(), nullable=True))
        op.create_index(f"ix_{table}_search", table, ["search"], postgresql_using="gin")
    for column in ("queued", "finished"):
        op.create_index(
            f"ix_messages_{column}",
            "messages",
            ["user_id", f"{column}_at"],
            postgresql_where=sa.text(f"{column}_at IS NOT NULL"),
        )
    # Conversations and messages point at each other; the second reference comes last.
    op.create_foreign_key(
        "fk_conversations_last_message",
        "conversations",
        "messages",
        ["user_id", "last_message_id"],
        ["user_id", "id"],
    )
