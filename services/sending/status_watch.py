"""The queue's status as a state that clients watch."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from services.live.watch import Topic
from services.sending.status import QueueStatus, QueueStatusReader


def topic(reader: QueueStatusReader, owner: UUID, time_zone: str) -> Topic[QueueStatus]:
    """Its name holds the time zone, on which the counts of today depend."""

    async def read() -> QueueStatus:
        return await reader.queue_status(owner, time_zone)

    return Topic(owner, f"queue_status:{time_zone}", read, same)


def same(before: QueueStatus, after: QueueStatus) -> bool:
    """But for the moment at which it was counted."""
    return _lasting(before) == _lasting(after)


def _lasting(status: QueueStatus) -> QueueStatus:
    due = status.next_send_at is not None and status.next_send_at <= status.timestamp
    beginning = status.timestamp.min.replace(tzinfo=status.timestamp.tzinfo)
    return replace(status, timestamp=beginning, next_send_at=beginning if due else status.next_send_at)
