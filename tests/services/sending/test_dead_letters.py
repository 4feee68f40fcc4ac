from __future__ import annotations

import asyncio

import pytest
from redis.asyncio import Redis

from services.runtime.sqs import Entry
from services.sending import dead_letters as module
from services.sending.dead_letters import KEPT_SECONDS, DeadLetters
from tests.services.sending.conftest import Wire
from tests.services.sending.faulty_sqs import answers, refuses

ASK = "GetQueueAttributes"


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine the first answer may be late; how late it may be is looked at with the status of the queue."""
    monkeypatch.setattr(module, "SQS_SECONDS", 5)


def dead_letters(wire: Wire, redis: Redis) -> DeadLetters:
    return DeadLetters(wire.sqs, wire.dead_letter_url, redis, wire.clock)


async def put(wire: Wire, count: int) -> None:
    entries = [Entry(id=str(number), body="unreadable", attributes={}, group_id="g") for number in range(count)]
    await wire.sqs.send_batch(wire.dead_letter_url, entries)
    wire.proxy.requests.clear()


async def test_one_answer_serves_all_processes_for_a_few_seconds(wire: Wire, redis: Redis) -> None:
    await put(wire, 3)
    one, other = dead_letters(wire, redis), dead_letters(wire, redis)
    assert [await counter.count() for counter in (one, other) for _ in range(20)] == [3] * 40
    assert wire.proxy.actions == [ASK]
    assert 0 < await redis.pttl(f"dead_letters:{wire.dead_letter_url}") <= KEPT_SECONDS * 1000


async def test_a_new_answer_is_asked_for_when_the_old_one_is_gone(wire: Wire, redis: Redis) -> None:
    counter = dead_letters(wire, redis)
    assert await counter.count() == 0
    await put(wire, 2)
    assert await counter.count() == 0
    await redis.flushall()
    wire.clock.seconds += KEPT_SECONDS
    assert await counter.count() == 2
    assert wire.proxy.actions == [ASK]


async def test_callers_at_the_same_time_share_one_question(wire: Wire, redis: Redis) -> None:
    counter = dead_letters(wire, redis)
    assert await asyncio.gather(*(counter.count() for _ in range(50))) == [0] * 50
    assert wire.proxy.actions == [ASK]


async def test_without_redis_each_process_keeps_its_own_answer(wire: Wire, no_redis: Redis) -> None:
    await put(wire, 1)
    counter = dead_letters(wire, no_redis)
    assert [await counter.count() for _ in range(5)] == [1] * 5
    assert wire.proxy.actions == [ASK]
    wire.clock.seconds += KEPT_SECONDS
    assert await counter.count() == 1
    assert wire.proxy.actions == [ASK, ASK]


@pytest.mark.parametrize("answer", [b"{}", b'{"Attributes": {"ApproximateNumberOfMessages": "many"}}', b"<html>"])
async def test_an_answer_without_a_number_is_unknown(wire: Wire, redis: Redis, answer: bytes) -> None:
    wire.proxy.faults = [answers(answer)]
    assert await dead_letters(wire, redis).count() is None


async def test_an_outage_is_unknown_and_is_not_hammered_either(wire: Wire, redis: Redis) -> None:
    wire.proxy.faults = [refuses("RequestThrottled")]
    one, other = dead_letters(wire, redis), dead_letters(wire, redis)
    assert [await counter.count() for counter in (one, other) for _ in range(5)] == [None] * 10
    assert wire.proxy.actions == [ASK]


async def test_what_lies_in_redis_is_not_trusted_to_be_a_number(wire: Wire, redis: Redis) -> None:
    await redis.set(f"dead_letters:{wire.dead_letter_url}", "nonsense")
    assert await dead_letters(wire, redis).count() == 0
    assert wire.proxy.actions == [ASK]


async def test_a_client_that_decodes_answers_is_understood(wire: Wire, redis: Redis) -> None:
    port = redis.connection_pool.connection_kwargs["port"]
    async with Redis(host="127.0.0.1", port=port, decode_responses=True) as decoding:
        counter = dead_letters(wire, decoding)
        assert [await counter.count(), await counter.count()] == [0, 0]
    assert wire.proxy.actions == [ASK]


async def test_without_a_dead_letter_queue_nobody_is_asked(wire: Wire, redis: Redis) -> None:
    assert await DeadLetters(wire.sqs, None, redis, wire.clock).count() is None
    assert wire.proxy.requests == []


async def test_the_queue_answers_with_it(wire: Wire, redis: Redis) -> None:
    assert await wire.queue(redis).dead_letters() == 0
