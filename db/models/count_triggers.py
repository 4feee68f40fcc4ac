"""The triggers that keep `message_counts` and `unsent_counts`, for a database made from the models.

Deferred to the commit, and one transaction of an owner after another: the rows of counts are locked after everything
else and for a moment, so that nobody waits for another in a ring. (The owner's sequence of live events is locked just
before, so that this keeps nobody waiting who would not wait anyway.)
"""

from __future__ import annotations

from sqlalchemy import DDL, MetaData, event

# What a row counted before is taken off, what it counts now is put on. By time only for the last three days: older
# counts are not asked for, and what is older than four days is removed whenever a quarter of an hour begins.
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


def attach(metadata: MetaData) -> None:
    """Have them made whenever all tables are."""
    for statement in (COUNT, INSERTED, UPDATED, DELETED):
        made = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
        event.listen(metadata, "after_create", made)
