"""The queue's status: today in the viewer's zone, what is wrong, and never a failure while SQS or Redis is away."""

from __future__ import annotations

import asyncio
import zoneinfo
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis.asyncio import Redis

from db.engine import Database
from db.queries import worker_heartbeats
from services.runtime.aws import open_sqs
from services.runtime.clock import SystemClock
from services.sending import dead_letters
from services.sending.dead_letters import DeadLetters
from services.sending.status import REDIS_SECONDS, QueueStatus, QueueStatusReader, midnight, trouble
from tests.services.sending.conftest import settings_for
from tests.services.sending.lane_scene import Scene
from tests.statements import counted
from tests.stored import message, store, writing

WELL: dict[str, Any] = {
    "enabled": True, "worker_silence": 1.0, "dlq_count": 0, "redis_answers": True, "failure_rate": 0.05,
}  # fmt: skip
QUARTER = timedelta(minutes=15)


class Letters:
    """What the queue service says of its dead letters."""

    def __init__(self, count: int | None = 0) -> None:
        self._count = count

    async def dead_letters(self) -> int | None:
        return self._count


def reader(scene: Scene, redis: Redis, queue: Any = None) -> QueueStatusReader:
    asked: Any = queue or Letters()
    return QueueStatusReader(scene.database, asked, redis, scene.estimates(), SystemClock(), enabled=True)


async def status_of(scene: Scene, redis: Redis, time_zone: str = "UTC") -> QueueStatus:
    return await reader(scene, redis).queue_status(scene.owner, time_zone)


@pytest.mark.parametrize(
    ("now", "zone", "expected"),
    [
        ("2026-11-25T12:00", "UTC", "2026-11-25T00:00"),
        ("2026-11-25T23:30", "Europe/Berlin", "2026-11-25T23:00"),
        ("2026-11-25T22:59", "Europe/Berlin", "2026-11-24T23:00"),
        ("2026-11-25T12:00", "Asia/Kathmandu", "2026-11-24T18:15"),
        # Days of 23 and of 25 hours.
        ("2026-03-29T20:00", "Europe/Berlin", "2026-03-28T23:00"),
        ("2026-10-25T20:00", "Europe/Berlin", "2026-10-24T22:00"),
        # Here midnight comes twice, and the day begins with the first.
        ("2026-11-01T04:30", "America/Havana", "2026-11-01T04:00"),
        ("2026-11-01T05:30", "America/Havana", "2026-11-01T04:00"),
        ("2026-11-01T20:00", "America/Havana", "2026-11-01T04:00"),
        # Here it does not come at all.
        ("2026-03-28T22:30", "Asia/Beirut", "2026-03-28T22:00"),
        ("2026-03-29T12:00", "Asia/Beirut", "2026-03-28T22:00"),
    ],
)
def test_when_the_day_begins(now: str, zone: str, expected: str) -> None:
    began = midnight(datetime.fromisoformat(now).replace(tzinfo=UTC), zone)

    assert began.astimezone(UTC) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_every_day_begins_with_a_quarter_of_an_hour() -> None:
    """In every zone, on every day of the year: else the counts by quarters would not be exact."""
    year = [datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(days=day) for day in range(0, 365, 7)]
    for zone in zoneinfo.available_timezones():
        for now in year:
            assert midnight(now, zone).astimezone(UTC).timestamp() % QUARTER.total_seconds() == 0, zone


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, None),
        ({"failure_rate": 0.051}, "failed"),
        ({"redis_answers": False}, "Redis"),
        ({"dlq_count": None}, "queue service"),
        ({"worker_silence": None}, "No worker"),
        ({"worker_silence": 21.0}, "No worker"),
        ({"enabled": False}, "switched off"),
        ({"enabled": False, "worker_silence": None, "dlq_count": None, "redis_answers": False}, "switched off"),
        ({"dlq_count": None, "redis_answers": False, "failure_rate": 1.0}, "queue service"),
    ],
)
def test_the_worst_is_told_first(values: dict[str, Any], said: str | None) -> None:
    told = trouble(**WELL | values)

    assert told is None if said is None else told is not None and said in told


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu", "America/New_York"])
async def test_today_begins_at_the_viewer_s_midnight(database: Database, redis: Redis, zone: str) -> None:
    scene = await Scene.make(database)
    began = midnight(scene.now, zone)
    talk = await scene.talk("robin")
    for moment in (began - timedelta(microseconds=1), began):
        await store(database, message(talk, status="SENT", queued_at=moment, finished_at=moment))

    found = await status_of(scene, redis, zone)

    assert (found.queued_today, found.processed_today, found.last_processed_at) == (1, 1, began)


async def test_what_counts_as_processed_and_as_failed(database: Database, redis: Redis) -> None:
    """Unknown ones are processed and have not failed; cancelled ones never went their way."""
    scene = await Scene.make(database)
    statuses = ["SENT"] * 4 + ["DELIVERED", "FAILED", "UNKNOWN", "CANCELLED", "QUEUED", "PENDING", "SENDING"]
    for status in statuses:
        await scene.waits(status=status, finished=0 if status not in {"QUEUED", "PENDING", "SENDING"} else None)

    found = await status_of(scene, redis)

    assert (found.processed_today, found.failure_rate) == (7, 1 / 7)
    counts = found.counts
    assert (counts.waiting, counts.sending, counts.failed, counts.unknown) == (2, 1, 1, 1)


async def test_nothing_was_ever_sent(database: Database, redis: Redis) -> None:
    scene = await Scene.make(database)

    found = await status_of(scene, redis)

    assert (found.queued_today, found.processed_today, found.failure_rate, found.last_processed_at) == (0, 0, 0.0, None)
    assert (found.drain_seconds, found.next_send_at) == (0, None)


async def test_the_longest_line_decides_and_the_first_departure(database: Database, redis: Redis) -> None:
    """Accounts are sent from side by side; one that is stopped is not waited for."""
    scene = await Scene.make(database, due=30, blocked=30)
    other = await another_account(scene)
    stopped = await another_account(scene, status="DEGRADED")
    for name in ("robin", "kim"):
        await scene.waits(name)
    await other.waits()
    await stopped.waits()

    found = await status_of(scene, redis)

    assert scene.is_at(found.next_send_at, 0)
    # Blocked for 30 s, then a call, a gap and a call; some of it may have passed by the time of the question.
    passed = (datetime.now(UTC) - scene.now).total_seconds()
    assert 34 - passed <= found.drain_seconds <= 35
    assert found.counts.waiting == 4


async def another_account(scene: Scene, **values: Any) -> Scene:
    """A scene of the same owner."""
    return await Scene.make(scene.database, owner=scene.owner, **values)


async def test_a_few_statements_in_one_snapshot(database: Database, redis: Redis) -> None:
    scene = await Scene.make(database)
    await scene.waits()
    for _ in range(3):
        await (await another_account(scene)).waits()
    with counted(database) as statements:
        await status_of(scene, redis)

    assert len(statements) == 8


async def test_healthy_and_degraded(database: Database, redis: Redis, no_redis: Redis) -> None:
    scene = await Scene.make(database)
    assert (await status_of(scene, redis)).trouble == "No worker is running: messages wait."
    await writing(database, lambda session: worker_heartbeats.beat(session, "w"))

    assert (await status_of(scene, redis)).trouble is None
    assert "Redis" in str((await status_of(scene, no_redis)).trouble)
    without_sqs = await reader(scene, redis, Letters(None)).queue_status(scene.owner, "UTC")
    assert (without_sqs.dlq_count, "queue service" in str(without_sqs.trouble)) == (None, True)


async def test_parts_that_hang_are_not_waited_for(database: Database, credentials: None) -> None:
    """SQS and Redis take the connection and never answer. What is waited for in a row is less than a second."""
    assert dead_letters.SQS_SECONDS + 2 * dead_letters.REDIS_SECONDS < 0.9
    assert REDIS_SECONDS < 0.9
    scene = await Scene.make(database)
    await scene.waits()
    async with (
        silent_server() as port,
        open_sqs(settings_for(f"http://127.0.0.1:{port}")) as sqs,
        Redis(host="127.0.0.1", port=port) as hanging,
    ):
        letters = DeadLetters(sqs, f"http://127.0.0.1:{port}/1/dead", hanging, SystemClock())
        asked = reader(scene, hanging, Queue(letters)).queue_status(scene.owner, "UTC")
        found = await asyncio.wait_for(asked, timeout=30)

    assert (found.counts.waiting, found.dlq_count) == (1, None)


class Queue:
    """The part of the queue service that is asked."""

    def __init__(self, letters: DeadLetters) -> None:
        self._letters = letters

    async def dead_letters(self) -> int | None:
        return await self._letters.count()


@asynccontextmanager
async def silent_server() -> AsyncIterator[int]:
    """Accepts every connection and says nothing."""
    ended = asyncio.Event()

    async def keep(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await ended.wait()
        writer.close()

    server = await asyncio.start_server(keep, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        ended.set()
        server.close()
