"""Counts of an owner's messages by quarters of an hour, kept by triggers in the transaction that changes a message."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import DDL, ForeignKeyConstraint, event, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base
from db.models.messages import Message

ENDED = ("SENT", "DELIVERED", "FAILED", "UNKNOWN")
"""Messages in these statuses have ended their way, as far as anybody can tell: they are the processed ones."""


class MessageCount(Base):
    """Outbound messages whose `queued_at` or `finished_at` lies in the quarter of an hour that begins at `quarter`.

    `processed` are those that ended their way then (`ENDED`), `failed` is part of them. Midnight of every time zone in
    use is the beginning of a quarter. Only the last days are kept: nobody asks for more than today.
    """

    __tablename__ = "message_counts"
    __table_args__ = (
        ForeignKeyConstraint(["user_id"], ["users.id"]),
        # Room for new versions beside the old ones, so that counting touches no index.
        {"postgresql_with": {"fillfactor": "50"}},
    )

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    quarter: Mapped[datetime] = mapped_column(primary_key=True)
    queued: Mapped[int] = mapped_column(server_default=text("0"))
    processed: Mapped[int] = mapped_column(server_default=text("0"))
    failed: Mapped[int] = mapped_column(server_default=text("0"))


# What a row counted before is taken off, what it counts now is put on. Rows of the last three days alone: older counts
# are not asked for, and what is older than four days is removed whenever a quarter begins.
COUNT = """CREATE FUNCTION count_message() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
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
    RETURN NULL;
END $$"""

# Deferred to the commit: the row of counts is locked after everything else and for a moment, so that two transactions
# of one owner never wait for each other in a ring.
INSERTED = """CREATE CONSTRAINT TRIGGER count_inserted AFTER INSERT ON messages
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (NEW.direction = 'OUT' AND (NEW.queued_at IS NOT NULL OR NEW.finished_at IS NOT NULL))
EXECUTE FUNCTION count_message()"""
UPDATED = """CREATE CONSTRAINT TRIGGER count_updated AFTER UPDATE ON messages
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (NEW.direction = 'OUT' AND (OLD.queued_at IS DISTINCT FROM NEW.queued_at
    OR OLD.finished_at IS DISTINCT FROM NEW.finished_at OR OLD.status <> NEW.status AND NEW.finished_at IS NOT NULL))
EXECUTE FUNCTION count_message()"""
DELETED = """CREATE CONSTRAINT TRIGGER count_deleted AFTER DELETE ON messages
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (OLD.direction = 'OUT' AND (OLD.queued_at IS NOT NULL OR OLD.finished_at IS NOT NULL))
EXECUTE FUNCTION count_message()"""

for _statement in (COUNT, INSERTED, UPDATED, DELETED):
    event.listen(Message.metadata, "after_create", DDL(_statement.replace("%", "%%")))  # type: ignore[no-untyped-call]
