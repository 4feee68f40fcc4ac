"""The depth is counted over all users, and by one worker at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import update

from db.engine import Database
from db.models import WorkerHeartbeat
from db.queries import queue_status, worker_heartbeats
from services.monitoring.depth import DepthGauge
from services.monitoring.metrics import Metric, Metrics
from services.runtime.clock import SystemClock
from tests.stored import a_user, account, conversation, fan, message, reading, store, writing

HOUR = timedelta(hours=1)


@dataclass
class Held:
    database: Database
    metrics: Metrics


async def measured_by(database: Database, *workers: str) -> list[str]:
    """Which of these measure now."""
    found = []
    for worker in workers:
        held = Held(database, Metrics(SystemClock()))
        await DepthGauge(held, worker).measure()
        if data := held.metrics.take():
            assert [datum.metric for datum in data] == [Metric.DEPTH]
            found.append(worker)
    return found


async def test_one_worker_measures_and_another_takes_over(database: Database) -> None:
    assert await measured_by(database, "a", "b") == []
    for worker in ("b", "a", "c"):
        await writing(database, partial(worker_heartbeats.beat, worker=worker))
    assert await measured_by(database, "a", "b", "c") == ["a"]

    silent = update(WorkerHeartbeat).values(beat_at=datetime.now(UTC) - timedelta(seconds=30))
    await writing(database, lambda session: session.execute(silent.where(WorkerHeartbeat.worker == "a")))
    assert await measured_by(database, "a", "b", "c") == ["b"]
    await writing(database, lambda session: worker_heartbeats.leave(session, "b"))
    assert await measured_by(database, "a", "b", "c") == ["c"]


async def test_a_heartbeat_ahead_of_time_is_not_missed_until_then(database: Database) -> None:
    await writing(database, lambda session: worker_heartbeats.beat(session, "timer", 60))
    age = await reading(database, worker_heartbeats.seconds_since_last)
    assert age is not None
    assert -61 < age < -30
    assert await measured_by(database, "timer") == ["timer"]


@pytest.mark.parametrize("users", [1, 3])
async def test_what_waits_of_all_users_is_counted(database: Database, users: int) -> None:
    now = datetime.now(UTC)
    for number in range(users):
        owner = await a_user(database)
        creator = account(owner, f"acct-{number}")
        robin = fan(owner, creator.id)
        talk = conversation(robin)
        waiting = [message(talk), message(talk, status="PENDING"), message(talk, status="PENDING", scheduled_at=now)]
        others = [message(talk, status=status) for status in ("SENDING", "SENT", "FAILED", "UNKNOWN", "CANCELLED")]
        later = message(talk, status="PENDING", scheduled_at=now + HOUR)
        inbound = message(talk, status="RECEIVED", direction="IN", origin="FAN")
        await store(database, creator, robin, talk, *waiting, *others, later, inbound)

    assert await reading(database, queue_status.everybodys_depth) == 3 * users
