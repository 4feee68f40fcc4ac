"""The worker as a Lambda function: from the mutation through queue, poller and handler to the platform."""

from __future__ import annotations

import json
import uuid
from itertools import pairwise

import pytest

from tests.flows.cloud import Cloud, queued
from tests.services.workers.aws_lambda import TIMER_EVENT, FunctionFailed, polling, record, sqs_event
from tests.waiting import eventually


async def test_three_handlers_at_once_keep_the_limit_and_send_everything_once(cloud: Cloud) -> None:
    """Promise 1 for the Lambda: separate processes, frozen between two invocations."""
    texts = [f"{number}" for number in range(14)]
    for text in texts:
        await cloud.send(text)
    containers = [await cloud.container() for _ in range(3)]

    async with polling(cloud.poller, *containers):

        async def all_sent() -> bool:
            return await cloud.statuses() == {"SENT": len(texts)}

        await eventually(all_sent, 90, "all messages sent")
    assert await cloud.arrived() == texts
    times = [arrival["receivedAt"] for arrival in await cloud.product.sandbox.arrivals()]
    limit = cloud.product.settings
    nearest = min(later - earlier for earlier, later in zip(times, times[limit.rate_limit_messages :], strict=False))
    assert nearest > limit.rate_limit_window_seconds
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert min(gaps) >= limit.rate_limit_min_gap_seconds
    assert await cloud.unfinished() == 0
    assert all(failed == 0 for _, failed in cloud.poller.batches)


async def test_ten_records_with_one_that_cannot_be_read(cloud: Cloud) -> None:
    """Promise 10: exactly that one comes again."""
    owner = str(await cloud.value("SELECT user_id FROM creator_accounts"))
    ids = [await cloud.send(f"{number}") for number in range(9)]
    records = [record(*queued(message_id, owner)) for message_id in ids]
    malformed = record("{not json", {"userId": owner, "messageType": "message", "priority": 5})
    container = await cloud.container()

    failed = await container.failures(sqs_event([*records[:4], malformed, *records[4:]]))

    assert failed == [malformed["messageId"]]
    [told] = container.told("queue_message_unreadable")
    assert (told["id"], told["reason"], told["level"]) == (malformed["messageId"], "body: json_invalid", "warning")
    assert sorted(await cloud.arrived()) == sorted(f"{number}" for number in range(9))
    assert await cloud.statuses() == {"SENT": 9}


async def test_every_kind_of_bad_record_and_a_good_one_between(cloud: Cloud) -> None:
    owner = str(await cloud.value("SELECT user_id FROM creator_accounts"))
    message_id = await cloud.send("good")
    await cloud.product.connect(cloud.product.client("eve"), "acct_eve")
    eve = str(await cloud.value("SELECT user_id FROM creator_accounts WHERE account_id = 'acct_eve'"))
    body, attributes = queued(message_id, owner)
    unreadable = {
        "no JSON": record("<xml/>", attributes),
        "no object": record("[]", attributes),
        "no type": record(body),
        "unknown type": record(body, attributes | {"messageType": "message_v2"}),
        "another version": record(json.dumps({"version": 2, "id": message_id, "to": owner}), attributes),
        "another user in the attributes": record(body, attributes | {"userId": eve}),
        "1 MB": record(*queued(message_id, owner, content="x" * 1_048_576)),
    }
    readable = [
        record(*queued(str(uuid.uuid4()), owner)),
        record(*queued(message_id, eve)),
        record(body, attributes),
    ]
    container = await cloud.container()

    failed = await container.failures(sqs_event([*unreadable.values(), *readable]))

    assert failed == [each["messageId"] for each in unreadable.values()]
    assert await cloud.arrived() == ["good"]
    assert len(container.told("queue_message_unreadable")) == len(unreadable)
    unknown = [(line["messageId"] == message_id, line["userId"]) for line in container.told("queue_message_unknown")]
    assert unknown == [(False, owner), (True, eve)]
    assert await cloud.value("SELECT count(*) FROM lanes WHERE account_id = 'acct_eve' AND due_at IS NOT NULL") == 0


async def test_an_event_of_another_kind_is_refused_as_a_whole(cloud: Cloud) -> None:
    container = await cloud.container()
    with pytest.raises(FunctionFailed, match="NotFromSqs"):
        await container.invoke(TIMER_EVENT)
