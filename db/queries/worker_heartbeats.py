"""Worker heartbeats."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from db.engine import ReadSession, WriteSession
from db.models import WorkerHeartbeat

NOW = func.clock_timestamp()
FORGET_AFTER = timedelta(hours=1)


async def beat(session: WriteSession, worker: str, ahead_seconds: float = 0) -> None:
    """Say that this worker lives; forget those that have not been heard of for an hour.

    `ahead_seconds`: it will be silent for so long without being missed.
    """
    at = NOW + timedelta(seconds=ahead_seconds)
    statement = upsert(WorkerHeartbeat).values(worker=worker, beat_at=at)
    await session.execute(
        statement.on_conflict_do_update(index_elements=[WorkerHeartbeat.worker], set_={"beat_at": at})
    )
    await session.execute(delete(WorkerHeartbeat).where(WorkerHeartbeat.beat_at < NOW - FORGET_AFTER))


async def leave(session: WriteSession, worker: str) -> None:
    await session.execute(delete(WorkerHeartbeat).where(WorkerHeartbeat.worker == worker))


async def seconds_since_last(session: ReadSession) -> float | None:
    """Age of the youngest heartbeat; None if no worker was heard of for an hour."""
    age = await session.scalar(select(func.extract("epoch", NOW - func.max(WorkerHeartbeat.beat_at))))
    return None if age is None else float(age)


async def first(session: ReadSession, silent_after_seconds: float) -> str | None:
    """The first by name of the workers that live, for what one of them does for all."""
    alive = WorkerHeartbeat.beat_at > NOW - timedelta(seconds=silent_after_seconds)
    worker: str | None = await session.scalar(select(func.min(WorkerHeartbeat.worker)).where(alive))
    return worker
