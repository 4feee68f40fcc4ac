"""Wake-ups in the queue: three keys alone, held back where asked, tried once."""

from __future__ import annotations

import json
import uuid

import pytest

from services.sending.payload import MessageType
from services.sending.queue import RateLimiterQueue
from tests.services.sending.conftest import Wire, contents
from tests.services.sending.faulty_sqs import refuses

SEND = "SendMessageBatch"


@pytest.mark.parametrize("kind", ["fan_import", "webhook", "schedule", "check"])
async def test_a_wake_up_carries_three_keys_alone(kind: str, wire: Wire, queue: RateLimiterQueue) -> None:
    object_id, user_id = uuid.uuid4(), uuid.uuid4()
    assert await queue.wake(MessageType(kind), object_id, user_id) is True
    [received] = await contents(wire)
    assert json.loads(received.body) == {
        "messageId": str(object_id),
        "userId": str(user_id),
        "timestamp": "2026-11-05T12:00:00.000Z",
    }
    assert received.attributes == {"userId": str(user_id), "messageType": kind, "priority": "5"}
    assert wire.proxy.requests[0][1]["Entries"][0]["MessageGroupId"] == str(user_id)


@pytest.mark.parametrize(("asked", "held"), [(0.2, 1), (30, 30), (5000, 900)])
async def test_a_wake_up_may_be_held_back(asked: float, held: int, wire: Wire, queue: RateLimiterQueue) -> None:
    assert await queue.wake(MessageType.SCHEDULE, uuid.uuid4(), uuid.uuid4(), delay_seconds=asked)
    assert wire.proxy.requests[0][1]["Entries"][0]["DelaySeconds"] == held


async def test_a_wake_up_is_tried_once(wire: Wire, queue: RateLimiterQueue) -> None:
    wire.proxy.faults = [refuses("RequestThrottled")]
    assert await queue.wake(MessageType.WEBHOOK, uuid.uuid4(), uuid.uuid4()) is False
    assert wire.proxy.actions == [SEND]
    assert wire.clock.slept == []
