from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from db.engine import Database
from db.queries import worker_heartbeats
from services.monitoring.health import Component, Health, Status, overall
from services.runtime.clock import SystemClock
from tests.stored import opened, writing

HEALTHY, DEGRADED, UNAVAILABLE = Status.HEALTHY, Status.DEGRADED, Status.UNAVAILABLE


class Queue:
    def __init__(self, answer: Callable[[], Awaitable[bool]]) -> None:
        self._answer = answer

    async def answers(self) -> bool:
        return await self._answer()


async def yes() -> bool:
    return True


async def no() -> bool:
    return False


async def never() -> bool:
    await asyncio.Event().wait()
    return True


async def broken() -> bool:
    raise RuntimeError("a secret")


async def found(
    database: Database, endpoint: str, answer: Callable[[], Awaitable[bool]], ask_seconds: float = 10
) -> tuple[list[Component], bool]:
    async with Redis.from_url(f"redis://{endpoint}", retry=Retry(NoBackoff(), 0)) as redis:
        health = Health(database, redis, Queue(answer), SystemClock(), ask_seconds=ask_seconds)
        return await health.components(), await health.ready()


async def beat(database: Database) -> None:
    await writing(database, lambda session: worker_heartbeats.beat(session, "w"))


async def test_all_is_well(database: Database, redis_endpoint: str) -> None:
    await beat(database)

    components, ready = await found(database, redis_endpoint, yes)

    assert [(each.name, each.status, each.detail) for each in components] == [
        ("database", HEALTHY, None),
        ("redis", HEALTHY, None),
        ("queue", HEALTHY, None),
        ("worker", HEALTHY, None),
    ]
    assert all(each.latency_ms is not None and each.latency_ms >= 0 for each in components)
    assert (ready, overall(components)) == (True, HEALTHY)


@pytest.mark.parametrize("age", [None, 21])
async def test_a_silent_worker_is_missed(
    database: Database, database_url: str, redis_endpoint: str, age: int | None
) -> None:
    if age is not None:
        await beat(database)
        connection = await asyncpg.connect(database_url)
        await connection.execute("UPDATE worker_heartbeats SET beat_at = beat_at - make_interval(secs => $1)", age)
        await connection.close()

    components, ready = await found(database, redis_endpoint, yes)

    assert [each.status for each in components] == [HEALTHY, HEALTHY, HEALTHY, DEGRADED]
    assert components[3].detail == "No worker is running: messages and imports wait."
    assert (ready, overall(components)) == (True, DEGRADED)


async def test_a_part_that_is_away_hides_no_other(database: Database) -> None:
    await beat(database)

    components, ready = await found(database, "127.0.0.1:1", no)

    assert [each.status for each in components] == [HEALTHY, UNAVAILABLE, DEGRADED, HEALTHY]
    assert (components[1].detail, components[1].latency_ms) == ("It does not answer.", None)
    assert components[2].detail == "The queue service does not answer."
    assert (ready, overall(components)) == (True, DEGRADED)


@pytest.mark.parametrize(("answer", "ask_seconds"), [(never, 1.5), (broken, 10)])
async def test_a_part_that_hangs_or_fails_is_away_and_its_words_stay_inside(
    database: Database, redis_endpoint: str, answer: Callable[[], Awaitable[bool]], ask_seconds: float
) -> None:
    components, _ = await found(database, redis_endpoint, answer, ask_seconds)

    assert components[2] == Component("queue", UNAVAILABLE, "It does not answer.", None)
    assert [each.status for each in components[:2]] == [HEALTHY, HEALTHY]


async def test_without_a_database_nothing_is_ready(database_url: str, redis_endpoint: str) -> None:
    nowhere = database_url.replace("/test_", "/no_such_")
    assert nowhere != database_url
    async with opened(nowhere) as database:
        components, ready = await found(database, redis_endpoint, yes)

    assert [each.status for each in components] == [UNAVAILABLE, HEALTHY, HEALTHY, UNAVAILABLE]
    assert (ready, overall(components)) == (False, UNAVAILABLE)


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ({"database": HEALTHY, "redis": HEALTHY}, HEALTHY),
        ({"database": HEALTHY, "redis": DEGRADED}, DEGRADED),
        ({"database": HEALTHY, "redis": UNAVAILABLE}, DEGRADED),
        ({"database": DEGRADED, "redis": HEALTHY}, DEGRADED),
        ({"database": UNAVAILABLE, "redis": HEALTHY}, UNAVAILABLE),
    ],
)
def test_what_the_parts_make_of_the_whole(statuses: dict[str, Status], expected: Status) -> None:
    assert overall([Component(name, status, None, 1) for name, status in statuses.items()]) == expected
