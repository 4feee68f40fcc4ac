"""Promise 5: without SQS what was accepted is sent, what is refused can be retried; five wake-ups send once."""

from __future__ import annotations

import asyncio

import pytest

from services.runtime.settings import Settings
from tests.flows.test_messages_retry import RETRY
from tests.promises.audit import arrivals
from tests.promises.books import disagreements
from tests.promises.creators import Creators
from tests.promises.stage import LONG, PATIENCE, open_stage
from tests.promises.stores import MortalSqs, dead_letters, multiply, queue_is_empty
from tests.promises.writing import write
from tests.waiting import eventually

pytestmark = pytest.mark.timeout(PATIENCE)
MESSAGES, TIMES = 4, 5
PATIENT = {"platform_timeout_seconds": 10.0, "worker_lease_seconds": 12.0, "operation_timeout_seconds": 60.0}
"""So that no call and no request ends by itself where the machine stands still for a moment."""


async def test_without_sqs_nothing_accepted_is_lost_and_nothing_refused_is_gone(
    quick: Settings, mortal_sqs: MortalSqs
) -> None:
    async with open_stage(await mortal_sqs.settings(quick.model_copy(update=PATIENT)), workers=1) as stage:
        creators = await Creators.make(stage, 1, MESSAGES)
        [creator], [worker] = creators.each, stage.workers
        await stage.start_api()
        accepted = [f"accepted {number}" for number in range(MESSAGES)]
        for number, text in enumerate(accepted):
            assert (await write(stage, creator, text, number))["message"]["status"] == "QUEUED"
        mortal_sqs.stop()
        await worker.start()
        await eventually(lambda: stage.all_sent(accepted), LONG, "what was accepted before")

        refused = [f"refused {number}" for number in range(MESSAGES)]
        answers = await asyncio.gather(*(write(stage, creator, text, fan) for fan, text in enumerate(refused)))
        assert [error["code"] for answer in answers for error in answer["errors"]] == ["QUEUE_UNAVAILABLE"] * MESSAGES
        assert {answer["message"]["status"] for answer in answers} == {"FAILED"}
        assert len(await stage.sandbox.arrivals()) == MESSAGES

        mortal_sqs.start()
        ids = [answer["message"]["id"] for answer in answers]
        retried = (await stage.client(creator.subject).run(RETRY, {"ids": ids}))["retryMessages"]
        assert retried["errors"] == []
        await eventually(lambda: stage.all_sent([*accepted, *refused]), LONG, "what was retried")
        # The wake-ups that lay in the queue meanwhile come to the worker now, and send nothing.
        await eventually(lambda: queue_is_empty(stage.settings), LONG, "an empty queue")
        assert disagreements(await stage.books.statuses(), arrivals(await stage.sandbox.arrivals())) == []
        assert len(await stage.sandbox.arrivals()) == 2 * MESSAGES
        assert await dead_letters(stage.settings) == 0


async def test_each_queue_message_delivered_five_times_sends_once(quick: Settings) -> None:
    async with open_stage(quick.model_copy(update=PATIENT), workers=2) as stage:
        creators = await Creators.make(stage, 2, MESSAGES)
        await stage.start_api()
        texts = [f"{creator.subject} {number}" for creator in creators.each for number in range(MESSAGES)]
        for place, text in enumerate(texts):
            await write(stage, creators.each[place // MESSAGES], text, place % MESSAGES)
        assert await multiply(stage.settings, TIMES) == len(texts)
        await asyncio.gather(*(worker.start() for worker in stage.workers))
        await eventually(lambda: stage.all_sent(texts), LONG, "all messages")
        await eventually(lambda: queue_is_empty(stage.settings), LONG, "an empty queue")

        assert sorted(each.text for each in arrivals(await stage.sandbox.arrivals())) == sorted(texts)
        assert await stage.books.value("SELECT count(*) FROM attempts") == len(texts)
        assert await dead_letters(stage.settings) == 0
