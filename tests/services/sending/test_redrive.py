"""Dead letters on an SQS server: what goes back, what stays and why, and what a fault in the middle leaves."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.responses import JSONResponse, Response

from services.runtime.aws_dead_letters import AwsDeadLetters, open_dead_letters
from services.runtime.sqs import Received
from services.runtime.sqs_failure import SqsFailure
from services.sending.entry import entry_for
from services.sending.redrive import Redrive
from tests.services.sending.conftest import SteppingClock, Wire, message, settings_for
from tests.services.sending.faulty_sqs import FaultySqs, Forward, does_and_cuts, passes, refuses, refuses_entries

BAD = ("not JSON", '{"version": 2}', "x" * 1_000)


@dataclass
class Dead:
    wire: Wire
    client: AwsDeadLetters
    clock: SteppingClock

    @property
    def redrive(self) -> Redrive:
        return Redrive(self.client, self.clock)

    async def bury(self, *bodies: str, good: int = 0) -> list[str]:
        """Put into the dead-letter queue: messages of ours, and bodies as they are. Gives the ids of ours."""
        ours = [message(f"number {number}") for number in range(good)]
        for each in ours:
            await self.wire.sqs.send_batch(self.wire.dead_letter_url, [entry_for(each, self.wire.dead_letter_url)])
        for body in bodies:
            raw = {"QueueUrl": self.wire.dead_letter_url, "MessageBody": body}
            await self.client._client.send_message(**raw)
        return [str(each.message_id) for each in ours]

    async def received(self, queue_url: str) -> list[Received]:
        """Everything visible there."""
        found: list[Received] = []
        while some := await self.wire.sqs.receive(queue_url, 10, 0):
            found += some
        return found

    async def bodies(self, queue_url: str) -> Counter[str]:
        return Counter(each.body for each in await self.received(queue_url))

    async def back(self) -> list[str]:
        """The ids of our messages in the queue, and that they are as they were."""
        found = await self.received(self.wire.queue_url)
        for each in found:
            assert set(each.attributes) == {"userId", "messageType", "priority"}
        return sorted(json.loads(each.body)["messageId"] for each in found)


@asynccontextmanager
async def _dead(wire: Wire) -> AsyncIterator[Dead]:
    given = settings_for(wire.proxy.url).model_copy(update={"sqs_rate_limiter_queue_url": wire.queue_url})
    async with open_dead_letters(given, wire.dead_letter_url) as client:
        yield Dead(wire, client, SteppingClock())


@pytest.fixture
async def dead(wire: Wire) -> AsyncIterator[Dead]:
    async with _dead(wire) as dead:
        yield dead


async def test_what_can_be_read_goes_back_and_the_rest_stays_with_its_reason(dead: Dead) -> None:
    ours = await dead.bury(*BAD, good=12)

    report = await dead.redrive.one_by_one(limit=None, everything=False, dry_run=False)

    assert (report.moved, report.failed, len(report.stays)) == (12, 0, 3)
    assert {reason for _, reason in report.stays} == {"unknown messageType"}
    assert await dead.back() == sorted(ours)
    # Visible at once, for whoever looks into the queue next.
    assert await dead.bodies(dead.wire.dead_letter_url) == Counter(BAD)


async def test_everything_moves_when_asked_for(dead: Dead) -> None:
    await dead.bury(*BAD, good=2)

    report = await dead.redrive.one_by_one(limit=None, everything=True, dry_run=False)

    assert (report.moved, report.stays) == (5, [])
    assert sum((await dead.bodies(dead.wire.queue_url)).values()) == 5
    assert await dead.bodies(dead.wire.dead_letter_url) == Counter()


async def test_a_dry_run_moves_nothing(dead: Dead) -> None:
    await dead.bury(*BAD, good=11)

    report = await dead.redrive.one_by_one(limit=None, everything=False, dry_run=True)

    assert (report.moved, len(report.stays)) == (11, 3)
    assert await dead.bodies(dead.wire.queue_url) == Counter()
    assert sum((await dead.bodies(dead.wire.dead_letter_url)).values()) == 14


async def test_a_limit_is_kept(dead: Dead) -> None:
    await dead.bury(good=15)

    report = await dead.redrive.one_by_one(limit=12, everything=False, dry_run=False)

    assert report.moved == 12
    assert len(await dead.back()) == 12
    assert sum((await dead.bodies(dead.wire.dead_letter_url)).values()) == 3


async def test_a_copy_that_is_refused_stays(dead: Dead) -> None:
    ours = await dead.bury(good=3)
    dead.wire.proxy.faults = [passes, refuses_entries("InternalError", False, 1)]

    report = await dead.redrive.one_by_one(limit=None, everything=False, dry_run=False)

    assert (report.moved, report.failed) == (2, 1)
    kept = [json.loads(body)["messageId"] for body in await dead.bodies(dead.wire.dead_letter_url)]
    assert len(kept) == 1
    assert sorted([*await dead.back(), *kept]) == sorted(ours)


@pytest.mark.parametrize("fault", [refuses("ServiceUnavailable", 503), does_and_cuts])
async def test_a_fault_between_loses_nothing(dead: Dead, fault: Any) -> None:
    """At the worst a letter is in both queues, which sends nothing twice."""
    ours = await dead.bury(good=3)
    dead.wire.proxy.faults = [passes, fault]

    with pytest.raises(SqsFailure):
        await dead.redrive.one_by_one(limit=None, everything=False, dry_run=False)

    assert "DeleteMessageBatch" not in dead.wire.proxy.actions
    kept = [json.loads(body)["messageId"] for body in await dead.bodies(dead.wire.dead_letter_url)]
    assert sorted(kept) == sorted(ours)


async def test_large_letters_go_in_requests_of_their_own(dead: Dead) -> None:
    await dead.bury("x" * 200_000, "y" * 200_000, good=1)

    report = await dead.redrive.one_by_one(limit=None, everything=True, dry_run=False)

    assert (report.moved, report.failed) == (3, 0)
    sizes = [len(json.dumps(body)) for action, body in dead.wire.proxy.requests if action == "SendMessageBatch"]
    assert max(sizes) < 262_144


async def test_a_server_without_the_task_says_so(dead: Dead) -> None:
    await dead.bury(good=1)
    assert await dead.redrive.by_server() is None


async def test_the_task_of_the_server_is_followed_to_its_end(dead: Dead) -> None:
    states = ["RUNNING", "RUNNING", "COMPLETED"]

    def answers_the_task(proxy: FaultySqs) -> None:
        async def start(body: dict[str, Any], forward: Forward) -> Response:
            assert body["SourceArn"].endswith("-dlq")
            assert body["DestinationArn"] == body["SourceArn"].removesuffix("-dlq")
            return JSONResponse({"TaskHandle": "t"})

        async def listed(body: dict[str, Any], forward: Forward) -> Response:
            task = {"Status": states.pop(0), "SourceArn": body["SourceArn"], "ApproximateNumberOfMessagesMoved": 7}
            return JSONResponse({"Results": [task]})

        proxy.faults = [passes, passes, start, listed, listed, listed]

    answers_the_task(dead.wire.proxy)

    move = await dead.redrive.by_server()

    assert move is not None
    assert (move.state, move.moved, states) == ("COMPLETED", 7, [])
    assert len(dead.clock.slept) == 2
