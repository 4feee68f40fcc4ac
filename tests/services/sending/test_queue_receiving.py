"""What is taken out of the queue, and what becomes of it where the queue fails."""

from __future__ import annotations

import pytest

from services.runtime.sqs_failure import SqsFailure
from services.sending.queue import RateLimiterQueue
from tests.services.sending.conftest import Wire, message
from tests.services.sending.faulty_sqs import refuses, refuses_entries


async def test_what_was_deleted_is_gone(wire: Wire, queue: RateLimiterQueue) -> None:
    await queue.send_batch([message() for _ in range(13)])
    received = await queue.receive(10, 0) + await queue.receive(10, 0)
    assert len(received) == 13
    assert await queue.delete(received) == []
    assert [action for action in wire.proxy.actions if action.startswith("Delete")] == ["DeleteMessageBatch"] * 2
    answer = await wire.sqs.attributes(
        wire.queue_url, ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    )
    assert answer == {"ApproximateNumberOfMessages": "0", "ApproximateNumberOfMessagesNotVisible": "0"}


async def test_what_could_not_be_deleted_is_named(wire: Wire, queue: RateLimiterQueue) -> None:
    await queue.send_batch([message() for _ in range(3)])
    received = await queue.receive(10, 0)
    wire.proxy.faults = [refuses_entries("InternalError", False, 1), refuses("AccessDenied", 403)]
    assert await queue.delete(received) == [received[1]]
    assert await queue.delete([received[1]]) == [received[1]]
    assert await queue.delete([received[1]]) == []


async def test_a_long_poll_outlives_the_patience_of_sends(wire: Wire, queue: RateLimiterQueue) -> None:
    assert await queue.receive(1, wait_seconds=2) == []
    assert wire.proxy.actions == ["ReceiveMessage"]


async def test_a_fault_while_receiving_is_told_to_the_caller(wire: Wire, queue: RateLimiterQueue) -> None:
    wire.proxy.faults = [refuses("AccessDenied", 403)]
    with pytest.raises(SqsFailure) as caught:
        await queue.receive(10, 0)
    assert (caught.value.code, caught.value.kind.value) == ("AccessDenied", "permission")
    assert await queue.receive(10, 0) == []
    assert wire.proxy.actions == ["ReceiveMessage"] * 2
