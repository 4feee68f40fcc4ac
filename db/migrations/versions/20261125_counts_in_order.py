"""Transactions of one owner count one after another, so that none waits for another in a ring."""

from __future__ import annotations

from alembic import op

revision = "2b8f0e64d7a9"
down_revision = "a4d27e90c5b1"

# As in db/models/count_triggers.py at the time of this migration; tests compare.
COUNT = """CREATE OR REPLACE FUNCTION count_message() RETURNS trigger LANGUAGE plpgsql AS $$
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


def upgrade() -> None:
    # A migration that cannot have its lock at once gives up, instead of making every query wait behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute(COUNT)
