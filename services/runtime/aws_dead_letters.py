"""The dead-letter queue by the clients of `services.runtime.aws`: look, copy back, remove."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from services.runtime.aws import RECEIVE_READ_SECONDS, Clients, entry_failures, in_words_of, received_of
from services.runtime.settings import Settings
from services.runtime.sqs import DeadLetter, EntryFailure, Move
from services.runtime.sqs_failure import FailureKind, SqsFailure

# What servers without the task answer, and AWS itself for a FIFO queue; moto's server stumbles over it.
_NO_SUCH_TASK = ("InvalidAction", "UnsupportedOperation", "UnknownOperation", "NotImplemented")


class AwsDeadLetters:
    """`source_url` is the dead-letter queue, `target_url` the queue its messages came from."""

    def __init__(self, client: Any, source_url: str, target_url: str) -> None:
        self._client = client
        self._source_url = source_url
        self._target_url = target_url

    async def look(self, max_messages: int, wait_seconds: int, hidden_seconds: int) -> list[DeadLetter]:
        with in_words_of(SqsFailure):
            answer = await self._client.receive_message(
                QueueUrl=self._source_url,
                MaxNumberOfMessages=max_messages,
                WaitTimeSeconds=wait_seconds,
                VisibilityTimeout=hidden_seconds,
                MessageAttributeNames=["All"],
                AttributeNames=["All"],
            )
            return [DeadLetter(received_of(message), _copy(message)) for message in answer.get("Messages", [])]

    async def put_back(self, letters: Sequence[DeadLetter]) -> list[EntryFailure]:
        entries = [{"Id": str(place), **letter.copy} for place, letter in enumerate(letters)]
        with in_words_of(SqsFailure):
            answer = await self._client.send_message_batch(QueueUrl=self._target_url, Entries=entries)
            return entry_failures(answer, [entry["Id"] for entry in entries])

    async def remove(self, letters: Sequence[DeadLetter]) -> list[EntryFailure]:
        entries = _handles(letters)
        with in_words_of(SqsFailure):
            answer = await self._client.delete_message_batch(QueueUrl=self._source_url, Entries=entries)
            return entry_failures(answer, [entry["Id"] for entry in entries])

    async def show_again(self, letters: Sequence[DeadLetter]) -> None:
        entries = [{**entry, "VisibilityTimeout": 0} for entry in _handles(letters)]
        with in_words_of(SqsFailure):
            await self._client.change_message_visibility_batch(QueueUrl=self._source_url, Entries=entries)

    async def start_move(self) -> str | None:
        source, target = await self._arn(self._source_url), await self._arn(self._target_url)
        try:
            with in_words_of(SqsFailure):
                await self._client.start_message_move_task(SourceArn=source, DestinationArn=target)
        except SqsFailure as failure:
            if failure.kind is FailureKind.SERVER or any(word in failure.code for word in _NO_SUCH_TASK):
                return None
            raise
        return source

    async def move_of(self, source_arn: str) -> Move:
        with in_words_of(SqsFailure):
            answer = await self._client.list_message_move_tasks(SourceArn=source_arn, MaxResults=1)
            [task] = answer["Results"]
            return Move(task["Status"], task.get("ApproximateNumberOfMessagesMoved", 0), task.get("FailureReason"))

    async def _arn(self, queue_url: str) -> str:
        with in_words_of(SqsFailure):
            answer = await self._client.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])
            return str(answer["Attributes"]["QueueArn"])


def _copy(message: dict[str, Any]) -> dict[str, Any]:
    copy: dict[str, Any] = {"MessageBody": message["Body"]}
    if attributes := message.get("MessageAttributes"):
        copy["MessageAttributes"] = attributes
    for name in ("MessageGroupId", "MessageDeduplicationId"):
        if value := message.get("Attributes", {}).get(name):
            copy[name] = value
    return copy


def _handles(letters: Sequence[DeadLetter]) -> list[dict[str, Any]]:
    return [{"Id": str(place), "ReceiptHandle": letter.received.receipt_handle} for place, letter in enumerate(letters)]


@asynccontextmanager
async def open_dead_letters(settings: Settings, dead_letter_url: str) -> AsyncIterator[AwsDeadLetters]:
    """For the queues of the settings; closed at the end."""
    wanted = {"it": ("sqs", settings.aws_endpoint_url_sqs, RECEIVE_READ_SECONDS)}
    async with Clients(settings.aws_region, wanted, settings.queue_timeout_seconds) as clients:
        yield AwsDeadLetters(clients["it"], dead_letter_url, settings.sqs_rate_limiter_queue_url)
