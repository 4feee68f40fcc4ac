from __future__ import annotations

import asyncio
import json
import uuid
from typing import Any

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from services.problems import Code, InvalidInput, Problem, Rejected
from services.runtime.aws import open_sqs
from services.runtime.sqs_failure import SqsFailure
from services.sending.batching import MAX_BATCH_BYTES
from services.sending.envelope import parse
from services.sending.payload import MessageType, QueueMessage
from services.sending.queue import RateLimiterQueue
from services.sending.send_result import SendStatus
from tests.services.sending.conftest import NOW, Wire, contents, create_queue, message, settings_for
from tests.services.sending.faulty_sqs import (
    Fault,
    answers,
    cuts,
    does_and_cuts,
    hangs_until,
    refuses,
    refuses_entries,
)

UNAVAILABLE = Problem(Code.QUEUE_UNAVAILABLE, "Service temporarily unavailable.")
SEND = "SendMessageBatch"


async def ids_in_queue(wire: Wire) -> list[str]:
    return sorted(json.loads(received.body)["messageId"] for received in await contents(wire))


def ids(messages: list[QueueMessage]) -> list[str]:
    return sorted(str(one.message_id) for one in messages)


# ---- what arrives


async def test_a_message_arrives_as_the_contract_says(wire: Wire, queue: RateLimiterQueue) -> None:
    conversation = uuid.uuid4()
    sent = message(
        "héllo 👋",
        conversation_id=conversation,
        priority=9,
        media_urls=("https://cdn.example/a.jpg",),
        metadata={"note": "mine"},
        estimated_send_time=NOW,
    )
    result = await queue.send_message(sent)
    assert (result.message_id, result.status, result.problem) == (sent.message_id, SendStatus.QUEUED, None)
    assert (result.queued_at, result.estimated_send_time) == (NOW, NOW)
    [received] = await contents(wire)
    assert json.loads(received.body) == {
        "messageId": str(sent.message_id),
        "userId": str(sent.user_id),
        "recipientId": str(sent.recipient_id),
        "content": "héllo 👋",
        "mediaUrls": ["https://cdn.example/a.jpg"],
        "metadata": {"note": "mine", "conversationId": str(conversation), "priority": 9},
        "timestamp": "2026-11-05T12:00:00.000Z",
    }
    assert received.attributes == {"userId": str(sent.user_id), "messageType": "message", "priority": "9"}
    assert received.receive_count == 1
    assert parse(received.body, received.attributes).content == "héllo 👋"


async def test_the_request_names_the_account_as_group_and_types_the_attributes(
    wire: Wire, queue: RateLimiterQueue
) -> None:
    sent = message()
    await queue.send_message(sent)
    [(action, body)] = wire.proxy.requests
    [entry] = body["Entries"]
    assert (action, body["QueueUrl"]) == (SEND, wire.queue_url)
    assert entry["MessageGroupId"] == "ONLYFANS:acct_1"
    assert entry["MessageAttributes"]["priority"] == {"DataType": "Number", "StringValue": "5"}
    assert entry["MessageAttributes"]["messageType"] == {"DataType": "String", "StringValue": "message"}
    assert "MessageDeduplicationId" not in entry
    assert "DelaySeconds" not in entry


async def test_on_a_fifo_queue_a_lost_answer_makes_no_second_message(
    wire: Wire, no_redis: Redis, moto_endpoint: str
) -> None:
    url = await create_queue(moto_endpoint, f"t-{uuid.uuid4().hex}.fifo", FifoQueue="true")
    queue = wire.queue(no_redis, queue_url=url)
    wire.proxy.faults = [does_and_cuts]
    assert (await queue.send_message(message())).status == SendStatus.QUEUED
    assert await queue.wake(MessageType.CHECK, uuid.uuid4(), uuid.uuid4(), delay_seconds=30)
    assert len(await wire.sqs.receive(url, 10, 0)) == 2
    assert wire.proxy.actions[:3] == [SEND, SEND, SEND]


async def test_the_first_attempt_is_the_only_one_where_it_succeeds(wire: Wire, queue: RateLimiterQueue) -> None:
    with capture_logs() as logs:
        await queue.send_message(message("a secret text"))
    assert wire.proxy.actions == [SEND]
    assert wire.clock.slept == []
    assert [(line["event"], line["attempt"], line["log_level"]) for line in logs] == [("queue_attempt", 1, "info")]
    assert "a secret text" not in str(logs)


async def test_nothing_to_send_asks_nobody(wire: Wire, queue: RateLimiterQueue) -> None:
    assert await queue.send_batch([]) == []
    assert wire.proxy.requests == []


# ---- faults of SQS

TEMPORARY: dict[str, tuple[Fault, str]] = {
    "throttled": (refuses("RequestThrottled"), "RequestThrottled"),
    "throttled by status": (refuses("Odd", 429), "Odd"),
    "forbidden": (refuses("AccessDeniedException", 403), "AccessDeniedException"),
    "no such queue": (refuses("QueueDoesNotExist"), "QueueDoesNotExist"),
    "server fault": (refuses("InternalError", 500), "InternalError"),
    "unavailable": (answers(b"<html>nginx</html>", 503), "503"),
    "cut": (cuts, "ConnectionClosedError"),
    "an answer of something else": (answers(b"<html>welcome</html>"), "NotMentioned"),
    "an answer that is no object": (answers(b"[]"), "AttributeError"),
    "an empty answer": (answers(b"{}"), "NotMentioned"),
}


@pytest.mark.parametrize("name", TEMPORARY)
async def test_after_a_fault_that_passes_the_second_attempt_succeeds(
    name: str, wire: Wire, queue: RateLimiterQueue
) -> None:
    fault, code = TEMPORARY[name]
    wire.proxy.faults = [fault]
    sent = message()
    with capture_logs() as logs:
        result = await queue.send_message(sent)
    assert result.status == SendStatus.QUEUED
    assert wire.proxy.actions == [SEND, SEND]
    assert wire.clock.slept == [1.0]
    assert [line["failed"] for line in logs] == [{str(sent.message_id): code}, {}]
    assert await ids_in_queue(wire) == ids([sent])


@pytest.mark.parametrize("name", TEMPORARY)
async def test_after_three_retries_the_service_is_temporarily_unavailable(
    name: str, wire: Wire, queue: RateLimiterQueue
) -> None:
    wire.proxy.faults = [TEMPORARY[name][0]] * 4
    sent = message("a secret text")
    with capture_logs() as logs:
        result = await queue.send_message(sent)
    assert (result.status, result.queued_at, result.problem) == (SendStatus.FAILED, None, UNAVAILABLE)
    assert wire.proxy.actions == [SEND] * 4
    assert wire.clock.slept == [1.0, 2.0, 4.0]
    assert [line.get("attempt") for line in logs] == [1, 2, 3, 4, None]
    assert (logs[-1]["event"], logs[-1]["messageId"]) == ("message_not_queued", str(sent.message_id))
    assert "a secret text" not in str(logs)
    assert await ids_in_queue(wire) == []


async def test_nobody_listens(wire: Wire, no_redis: Redis) -> None:
    async with open_sqs(settings_for("http://127.0.0.1:1")) as sqs:
        wire.sqs = sqs
        result = await wire.queue(no_redis).send_message(message())
        assert result.problem == UNAVAILABLE
        assert wire.clock.slept == [1.0, 2.0, 4.0]
        with pytest.raises(SqsFailure) as caught:
            await wire.queue(no_redis).receive(1, 0)
    assert caught.value.transient
    assert wire.proxy.requests == []


async def test_a_server_that_hangs_is_given_up_and_asked_again(wire: Wire, queue: RateLimiterQueue) -> None:
    gate = asyncio.Event()
    wire.proxy.faults = [hangs_until(gate)]
    with capture_logs() as logs:
        result = await queue.send_message(message())
    gate.set()
    assert result.status == SendStatus.QUEUED
    assert list(logs[0]["failed"].values()) == ["ReadTimeoutError"]
    assert wire.proxy.actions == [SEND, SEND]


async def test_slow_failures_leave_time_for_fewer_retries(wire: Wire, queue: RateLimiterQueue) -> None:
    async def slow(body: dict[str, Any], forward: Any) -> Any:
        wire.clock.seconds += 1.5
        return await refuses("InternalError", 500)(body, forward)

    wire.proxy.faults = [slow] * 4
    assert (await queue.send_message(message())).problem == UNAVAILABLE
    assert wire.proxy.actions == [SEND] * 3
    assert wire.clock.slept == [1.0, 2.0]
    assert wire.clock.seconds < 9


async def test_what_is_wrong_with_the_request_is_not_tried_again(wire: Wire, queue: RateLimiterQueue) -> None:
    wire.proxy.faults = [refuses("InvalidMessageContents", message="contains a secret text")]
    with capture_logs() as logs:
        result = await queue.send_message(message("a secret text"))
    assert result.problem == Problem(Code.QUEUE_UNAVAILABLE, "The queue refused the message.")
    assert wire.proxy.actions == [SEND]
    assert wire.clock.slept == []
    assert "a secret text" not in str(logs)


# ---- batches


async def test_a_hundred_messages_go_in_ten_requests(wire: Wire, queue: RateLimiterQueue) -> None:
    campaign = uuid.uuid4()
    sent = [message(f"text {number}", campaign_id=campaign) for number in range(95)]
    results = await queue.send_batch(sent)
    assert [result.message_id for result in results] == [one.message_id for one in sent]
    assert {result.status for result in results} == {SendStatus.QUEUED}
    assert sorted(len(body["Entries"]) for _, body in wire.proxy.requests) == [5, *[10] * 9]
    received = await contents(wire)
    assert sorted(json.loads(one.body)["messageId"] for one in received) == ids(sent)
    assert {one.attributes["messageType"] for one in received} == {"campaign_message"}


async def test_of_a_partial_failure_only_the_failed_entries_go_again(wire: Wire, queue: RateLimiterQueue) -> None:
    sent = [message(f"text {number}") for number in range(10)]
    wire.proxy.faults = [refuses_entries("InternalError", False, 2, 7), refuses_entries("InternalError", False, 1)]
    results = await queue.send_batch(sent)
    assert {result.status for result in results} == {SendStatus.QUEUED}
    again = [[entry["Id"] for entry in body["Entries"]] for _, body in wire.proxy.requests[1:]]
    assert again == [[str(sent[2].message_id), str(sent[7].message_id)], [str(sent[7].message_id)]]
    assert wire.clock.slept == [1.0, 2.0]
    assert await ids_in_queue(wire) == ids(sent)


async def test_an_entry_at_fault_itself_fails_alone_and_at_once(wire: Wire, queue: RateLimiterQueue) -> None:
    sent = [message(f"text {number}") for number in range(10)]
    wire.proxy.faults = [refuses_entries("InvalidMessageContents", True, 4)]
    results = await queue.send_batch(sent)
    assert [place for place, result in enumerate(results) if result.status == SendStatus.FAILED] == [4]
    assert results[4].problem == Problem(Code.QUEUE_UNAVAILABLE, "The queue refused the message.")
    assert wire.proxy.actions == [SEND]
    assert wire.clock.slept == []
    assert await ids_in_queue(wire) == ids([one for one in sent if one is not sent[4]])


async def test_an_entry_that_was_throttled_goes_again_whoever_is_blamed(wire: Wire, queue: RateLimiterQueue) -> None:
    wire.proxy.faults = [refuses_entries("RequestThrottled", True, 0)]
    assert (await queue.send_message(message())).status == SendStatus.QUEUED
    assert wire.clock.slept == [1.0]


async def test_one_batch_that_fails_does_not_send_the_others_again(wire: Wire, queue: RateLimiterQueue) -> None:
    sent = [message(f"text {number}") for number in range(30)]
    wire.proxy.faults = [refuses("RequestThrottled")]
    results = await queue.send_batch(sent)
    assert {result.status for result in results} == {SendStatus.QUEUED}
    assert [len(body["Entries"]) for _, body in wire.proxy.requests] == [10, 10, 10, 10]
    assert await ids_in_queue(wire) == ids(sent)


async def test_a_message_that_breaks_a_rule_is_not_sent_and_the_others_are(wire: Wire, queue: RateLimiterQueue) -> None:
    sent = [message(), message("x" * 5001), message(media_urls=("ftp://cdn.example/a",))]
    results = await queue.send_batch(sent)
    assert [result.status for result in results] == [SendStatus.QUEUED, SendStatus.FAILED, SendStatus.FAILED]
    errors = [result.problem for result in results[1:]]
    assert all(isinstance(error, InvalidInput) for error in errors)
    assert [error and error.path for error in errors] == [("content",), ("mediaUrls", "0")]
    assert await ids_in_queue(wire) == ids(sent[:1])


async def test_a_message_too_large_for_the_queue_fails_without_a_request(wire: Wire, queue: RateLimiterQueue) -> None:
    result = await queue.send_message(message(metadata={"more": "x" * MAX_BATCH_BYTES}))
    assert isinstance(result.problem, InvalidInput)
    assert (result.problem.path, result.problem.rule, result.problem.limit) == (
        ("metadata",),
        "max_bytes",
        MAX_BATCH_BYTES,
    )
    assert wire.proxy.requests == []


async def test_large_messages_share_no_request_they_do_not_fit_in(wire: Wire, queue: RateLimiterQueue) -> None:
    sent = [message("👋" * 5000) for _ in range(10)]
    results = await queue.send_batch(sent)
    assert {result.status for result in results} == {SendStatus.QUEUED}
    assert sorted(len(body["Entries"]) for _, body in wire.proxy.requests) == [2, 4, 4]


# ---- the flag


async def test_where_sends_are_off_nothing_is_sent_and_workers_can_still_be_woken(wire: Wire, no_redis: Redis) -> None:
    queue = wire.queue(no_redis, enabled=False)
    for sending in (queue.send_message(message()), queue.send_batch([message()])):
        with pytest.raises(Rejected) as caught:
            await sending
        assert [problem.code for problem in caught.value.problems] == [Code.SENDING_DISABLED]
    assert wire.proxy.requests == []
    assert await queue.wake(MessageType.FAN_IMPORT, uuid.uuid4(), uuid.uuid4())
    assert wire.proxy.actions == [SEND]


async def test_whether_the_queue_answers(wire: Wire, queue: RateLimiterQueue) -> None:
    wire.proxy.faults = [refuses("AccessDenied", 403)]
    assert await queue.answers() is False
    assert await queue.answers() is True
