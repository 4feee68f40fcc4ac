"""Counts of an owner's messages, by quarters of an hour and of those that were not sent, kept by triggers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "a91e5d07c3b8"
down_revision = "7d2a9c41b6f3"

# As in db/models/count_triggers.py at the time of this migration; tests compare.
COUNT = """CREATE FUNCTION count_message() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(coalesce(NEW.user_id, OLD.user_id)::text, 7229481605));
    WITH change (user_id, moment, queued, processed, failed) AS (
        VALUES
            (OLD.user_id, OLD.queued_at, -1, 0, 0),
            (NEW.user_id, NEW.queued_at, 1, 0, 0),
            (OLD.user_id, CASE WHEN OLD.status IN ('SENT', 'DELIVERED', 'FAILED', 'UNKNOWN') THEN OLD.finished_at END,
             0, -1, CASE OLD.status WHEN 'FAILED' THEN -1 ELSE 0 END),
            (NEW.user_id, CASE WHEN NEW.status IN ('SENT', 'DELIVERED', 'FAILED', 'UNKNOWN') THEN NEW.finished_at END,
             0, 1, CASE NEW.status WHEN 'FAILED' THEN 1 ELSE 0 END)
    ), counted AS (
        INSERT INTO message_counts AS present (user_id, quarter, queued, processed, failed)
        SELECT user_id, date_bin('15 minutes', moment, '2000-01-01 00:00Z') AS quarter,
            sum(queued), sum(processed), sum(failed)
        FROM change
        WHERE moment > clock_timestamp() - interval '3 days'
        GROUP BY 1, 2
        HAVING sum(queued) <> 0 OR sum(processed) <> 0 OR sum(failed) <> 0
        ORDER BY 1, 2
        ON CONFLICT (user_id, quarter) DO UPDATE SET
            queued = present.queued + excluded.queued,
            processed = present.processed + excluded.processed,
            failed = present.failed + excluded.failed
        RETURNING present.user_id, present.xmax = 0 AS begun
    )
    DELETE FROM message_counts
    WHERE user_id IN (SELECT user_id FROM counted WHERE begun)
        AND quarter < clock_timestamp() - interval '4 days';
    IF OLD.status IN ('FAILED', 'UNKNOWN') OR NEW.status IN ('FAILED', 'UNKNOWN') THEN
        INSERT INTO unsent_counts AS present (user_id, creator_account_id, failed, unknown)
        SELECT user_id, coalesce(account, '00000000-0000-0000-0000-000000000000'),
            sum(CASE status WHEN 'FAILED' THEN sign ELSE 0 END), sum(CASE status WHEN 'UNKNOWN' THEN sign ELSE 0 END)
        FROM (
            VALUES (OLD.user_id, OLD.creator_account_id, OLD.status, -1),
                (NEW.user_id, NEW.creator_account_id, NEW.status, 1)
        ) AS change (user_id, account, status, sign)
        WHERE status IN ('FAILED', 'UNKNOWN')
        GROUP BY 1, 2
        ORDER BY 1, 2
        ON CONFLICT (user_id, creator_account_id) DO UPDATE SET
            failed = present.failed + excluded.failed,
            unknown = present.unknown + excluded.unknown;
    END IF;
    RETURN NULL;
END $$"""
INSERTED = """CREATE CONSTRAINT TRIGGER count_inserted AFTER INSERT ON messages
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (NEW.direction = 'OUT'
    AND (NEW.queued_at IS NOT NULL OR NEW.finished_at IS NOT NULL OR NEW.status IN ('FAILED', 'UNKNOWN')))
EXECUTE FUNCTION count_message()"""
UPDATED = """CREATE CONSTRAINT TRIGGER count_updated AFTER UPDATE ON messages
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (NEW.direction = 'OUT'
    AND (OLD.queued_at IS DISTINCT FROM NEW.queued_at OR OLD.finished_at IS DISTINCT FROM NEW.finished_at
        OR OLD.status <> NEW.status AND (NEW.finished_at IS NOT NULL OR OLD.status IN ('FAILED', 'UNKNOWN')
            OR NEW.status IN ('FAILED', 'UNKNOWN'))))
EXECUTE FUNCTION count_message()"""
DELETED = """CREATE CONSTRAINT TRIGGER count_deleted AFTER DELETE ON messages
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (OLD.direction = 'OUT'
    AND (OLD.queued_at IS NOT NULL OR OLD.finished_at IS NOT NULL OR OLD.status IN ('FAILED', 'UNKNOWN')))
EXECUTE FUNCTION count_message()"""
# What lies in the last days; nobody asks for more. The messages are read once, while nobody can change them.
PRESENT = """INSERT INTO message_counts (user_id, quarter, queued, processed, failed)
SELECT user_id, date_bin('15 minutes', moment, '2000-01-01 00:00Z'), sum(queued), sum(processed), sum(failed)
FROM (
    SELECT user_id, queued_at AS moment, 1 AS queued, 0 AS processed, 0 AS failed FROM messages
    WHERE direction = 'OUT' AND queued_at > clock_timestamp() - interval '3 days'
    UNION ALL
    SELECT user_id, finished_at, 0, 1, CASE status WHEN 'FAILED' THEN 1 ELSE 0 END FROM messages
    WHERE direction = 'OUT' AND finished_at > clock_timestamp() - interval '3 days'
        AND status IN ('SENT', 'DELIVERED', 'FAILED', 'UNKNOWN')
) AS change
GROUP BY 1, 2"""
UNSENT = """INSERT INTO unsent_counts (user_id, creator_account_id, failed, unknown)
SELECT user_id, coalesce(creator_account_id, '00000000-0000-0000-0000-000000000000'),
    count(*) FILTER (WHERE status = 'FAILED'), count(*) FILTER (WHERE status = 'UNKNOWN')
FROM messages
WHERE status IN ('FAILED', 'UNKNOWN')
GROUP BY 1, 2"""


def upgrade() -> None:
    # A migration that cannot have its lock at once gives up, instead of making every query wait behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.create_table(
        "message_counts",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("quarter", sa.DateTime(timezone=True), nullable=False),
        sa.Column("queued", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("processed", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("failed", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_message_counts_user_id")),
        sa.PrimaryKeyConstraint("user_id", "quarter", name=op.f("pk_message_counts")),
        postgresql_with={"fillfactor": "50"},
    )
    op.create_table(
        "unsent_counts",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("creator_account_id", sa.Uuid(), nullable=False),
        sa.Column("failed", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("unknown", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_unsent_counts_user_id")),
        sa.PrimaryKeyConstraint("user_id", "creator_account_id", name=op.f("pk_unsent_counts")),
        postgresql_with={"fillfactor": "50"},
    )
    for statement in (COUNT, INSERTED, UPDATED, DELETED, PRESENT, UNSENT):
        op.execute(statement)
