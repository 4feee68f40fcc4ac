"""Allowances on a real Redis: exact under concurrency, by Redis's time, and never unlimited without it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis

from services.access.allowance import Allowance, Operation
from services.access.allowances import ASK_AGAIN_SECONDS, Allowances
from services.devstack.redis import EmbeddedRedis
from services.problems import Code, RateLimited, Rejected
from services.runtime import messenger
from services.runtime.clock import SystemClock
from services.runtime.settings import Settings
from tests.parts import running_redis, start_redis
from tests.services.access.conftest import HeldClock
from tests.waiting import eventually

ALLOWANCES = (
    Allowance(Operation.WRITES, 60, 60),
    Allowance(Operation.IMPORTS, 10, 3600),
    Allowance(Operation.BULK_SENDS, 5, 3600),
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def connect(endpoint: str) -> Redis:
    """A client as the API has it."""
    needed = {"database_url": "postgresql://nobody", "sqs_rate_limiter_queue_url": "", "redis_endpoint": endpoint}
    return messenger.commands(Settings.model_validate(needed))


@pytest.fixture
def owner() -> UUID:
    return uuid4()


@pytest.fixture
async def redis(redis_endpoint: str) -> AsyncIterator[Redis]:
    async with connect(redis_endpoint) as client:
        yield client


@pytest.fixture
async def second_redis(redis_endpoint: str) -> AsyncIterator[Redis]:
    async with connect(redis_endpoint) as client:
        yield client


@pytest.fixture
def allowances(redis: Redis, clock: HeldClock) -> Allowances:
    """With a clock that is months off: Redis has its own."""
    return Allowances(redis, clock, ALLOWANCES)


@pytest.fixture
def mortal_redis() -> Iterator[EmbeddedRedis]:
    with running_redis() as server:
        yield server


async def granted(takers: list[Allowances], owner: UUID, operation: Operation, times: int) -> int:
    """How many of so many takes at the same time, by each of the takers, are granted."""
    takes = [taker.take(owner, operation) for taker in takers for _ in range(times)]
    answers = await asyncio.gather(*takes, return_exceptions=True)
    assert all(answer is None or isinstance(answer, Rejected) for answer in answers)
    return sum(answer is None for answer in answers)


async def refusal(allowances: Allowances, owner: UUID, operation: Operation) -> RateLimited:
    with pytest.raises(Rejected) as caught:
        await allowances.take(owner, operation)
    [problem] = caught.value.problems
    assert isinstance(problem, RateLimited)
    return problem


async def count(redis: Redis, owner: UUID, operation: Operation) -> int:
    return int(await redis.llen(f"allowance:{owner}:{operation}"))


async def plant(redis: Redis, owner: UUID, operation: Operation, seconds_ago: float) -> int:
    """A take in the past, by Redis's clock; gives its moment in microseconds."""
    seconds, microseconds = await redis.time()
    moment = seconds * 1_000_000 + microseconds - int(seconds_ago * 1_000_000)
    await redis.rpush(f"allowance:{owner}:{operation}", moment)
    return moment


@pytest.mark.parametrize(("operation", "limit"), [("writes", 60), ("imports", 10), ("bulkSends", 5)])
async def test_200_at_the_same_time_get_exactly_the_limit(
    allowances: Allowances, redis: Redis, owner: UUID, operation: str, limit: int
) -> None:
    assert await granted([allowances], owner, Operation(operation), 200) == limit
    assert await count(redis, owner, Operation(operation)) == limit


async def test_two_processes_share_one_allowance(
    allowances: Allowances, redis: Redis, second_redis: Redis, owner: UUID
) -> None:
    other = Allowances(second_redis, SystemClock(), ALLOWANCES)
    assert await granted([allowances, other], owner, Operation.WRITES, 100) == 60
    assert await count(redis, owner, Operation.WRITES) == 60


async def test_owners_and_operations_are_counted_apart(allowances: Allowances, owner: UUID) -> None:
    assert await granted([allowances], owner, Operation.BULK_SENDS, 6) == 5
    assert await granted([allowances], owner, Operation.IMPORTS, 11) == 10
    assert await granted([allowances], uuid4(), Operation.BULK_SENDS, 6) == 5


async def test_a_refusal_says_how_long_to_wait_and_counts_nothing(
    allowances: Allowances, redis: Redis, owner: UUID
) -> None:
    await plant(redis, owner, Operation.BULK_SENDS, 3600 - 17.9)
    assert await granted([allowances], owner, Operation.BULK_SENDS, 4) == 4
    for _ in range(3):
        problem = await refusal(allowances, owner, Operation.BULK_SENDS)
        assert problem == RateLimited(
            message="At most 5 bulk sends in 3,600 s; try again in 18 s.",
            limit=5,
            window_seconds=3600,
            retry_after_seconds=18,
        )
        assert problem.code is Code.RATE_LIMITED
    assert await count(redis, owner, Operation.BULK_SENDS) == 5


async def test_the_wait_is_never_shown_as_nothing(allowances: Allowances, redis: Redis, owner: UUID) -> None:
    assert Allowance(Operation.WRITES, 60, 60).exceeded(0.0001).retry_after_seconds == 1
    assert Allowance(Operation.WRITES, 60, 60).exceeded(0).retry_after_seconds == 1


async def test_the_window_rolls(allowances: Allowances, redis: Redis, owner: UUID) -> None:
    for seconds_ago in (70, 65, 60.001, 30):
        await plant(redis, owner, Operation.WRITES, seconds_ago)
    assert await granted([allowances], owner, Operation.WRITES, 100) == 59
    assert await count(redis, owner, Operation.WRITES) == 60


async def test_after_a_lower_limit_the_wait_is_until_there_is_room(redis: Redis, owner: UUID) -> None:
    for seconds_ago in (50, 40, 30.1):
        await plant(redis, owner, Operation.WRITES, seconds_ago)
    lowered = Allowances(redis, SystemClock(), [Allowance(Operation.WRITES, 1, 60)])
    assert (await refusal(lowered, owner, Operation.WRITES)).retry_after_seconds == 30
    [state] = await lowered.remaining(owner)
    assert state.remaining == 0


async def test_what_is_left_is_told_by_redis_time_and_costs_nothing(
    allowances: Allowances, redis: Redis, owner: UUID
) -> None:
    fresh = await allowances.remaining(owner)
    shown = [(state.operation, state.limit, state.window_seconds, state.remaining) for state in fresh]
    assert shown == [("writes", 60, 60, 60), ("imports", 10, 3600, 10), ("bulkSends", 5, 3600, 5)]
    assert [state.resets_at for state in fresh] == [None, None, None]
    moment = await plant(redis, owner, Operation.IMPORTS, 100)
    _, imports, _ = await allowances.remaining(owner)
    assert imports.remaining == 9
    assert imports.resets_at == EPOCH + timedelta(microseconds=moment) + timedelta(hours=1)
    assert await count(redis, owner, Operation.IMPORTS) == 1


async def test_a_log_goes_when_nobody_adds_to_it(allowances: Allowances, redis: Redis, owner: UUID) -> None:
    await allowances.take(owner, Operation.WRITES)
    assert 0 < await redis.pttl(f"allowance:{owner}:writes") <= 60_000


async def test_a_killed_redis_gives_no_second_allowance(mortal_redis: EmbeddedRedis, owner: UUID) -> None:
    """What this process granted before counts on; and Redis counts again as soon as it is back."""
    async with connect(mortal_redis.endpoint) as client:
        allowances = Allowances(client, SystemClock(), ALLOWANCES)
        assert await granted([allowances], owner, Operation.WRITES, 10) == 10
        await client.shutdown(nosave=True)
        assert await granted([allowances], owner, Operation.WRITES, 200) == 50
        assert (await refusal(allowances, owner, Operation.WRITES)).window_seconds == 60
        writes, imports, _ = await allowances.remaining(owner)
        assert (writes.remaining, imports.remaining) == (0, 10)
        again = start_redis(mortal_redis)
        try:
            await mortal_redis.wait_until_ready()
            await eventually(lambda: counts_again(allowances, client))
        finally:
            again.kill()
            again.wait()


async def counts_again(allowances: Allowances, redis: Redis) -> bool:
    newcomer = uuid4()
    await allowances.take(newcomer, Operation.WRITES)
    return await count(redis, newcomer, Operation.WRITES) == 1


async def test_a_redis_that_answers_nonsense_is_no_way_round(allowances: Allowances, redis: Redis, owner: UUID) -> None:
    await redis.set(f"allowance:{owner}:{Operation.IMPORTS}", "no list")
    assert await granted([allowances], owner, Operation.IMPORTS, 50) == 10


async def test_without_redis_the_window_rolls_too(clock: HeldClock, owner: UUID) -> None:
    async with connect("127.0.0.1:1") as nobody:
        allowances = Allowances(nobody, clock, ALLOWANCES)
        assert await granted([allowances], owner, Operation.WRITES, 40) == 40
        clock.seconds += 30
        assert await granted([allowances], owner, Operation.WRITES, 40) == 20
        assert (await refusal(allowances, owner, Operation.WRITES)).retry_after_seconds == 30
        state = (await allowances.remaining(owner))[0]
        assert (state.remaining, state.resets_at) == (0, clock.now() + timedelta(seconds=60))
        clock.seconds += 30
        assert await granted([allowances], owner, Operation.WRITES, 100) == 40


async def test_a_redis_that_fails_is_left_alone_for_a_moment(clock: HeldClock, owner: UUID) -> None:
    """Else each mutation would wait for it to time out."""
    calls = 0

    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal calls
        calls += 1
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with connect(f"127.0.0.1:{port}") as broken:
            allowances = Allowances(broken, clock, ALLOWANCES)
            await allowances.take(owner, Operation.WRITES)
            asked = calls
            assert asked > 0
            await granted([allowances], owner, Operation.WRITES, 5)
            assert calls == asked
            clock.seconds += ASK_AGAIN_SECONDS
            await allowances.take(owner, Operation.WRITES)
            assert calls > asked
