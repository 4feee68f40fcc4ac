"""SQS by aioboto3. No other module imports aioboto3, aiobotocore or botocore, or knows their exceptions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import Any

import aioboto3
import aiohttp
from aiobotocore.config import AioConfig
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from services.runtime.settings import Settings
from services.runtime.sqs import Entry, EntryFailure, Received
from services.runtime.sqs_failure import FailureKind, SqsFailure, kind_of

CONNECT_SECONDS = 1.0
SEND_READ_SECONDS = 1.5
# SQS holds a long poll open for up to 20 seconds.
RECEIVE_READ_SECONDS = 25.0
CONNECTIONS = 20


@contextmanager
def _in_our_words() -> Iterator[None]:
    """Turn every fault of a call into SqsFailure, without the library's words on parameters: they quote the message."""
    try:
        yield
    except ClientError as error:
        told = error.response.get("Error", {})
        code = str(told.get("Code", "Unnamed"))
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        raise SqsFailure(code, str(told.get("Message", "")), kind_of(code, status)) from None
    except ParamValidationError:
        raise SqsFailure("ParamValidationError", "the request is malformed", FailureKind.REQUEST) from None
    except (BotoCoreError, aiohttp.ClientError, OSError) as error:
        code = type(error).__name__
        kind = FailureKind.PERMISSION if "Credential" in code else FailureKind.NETWORK
        raise SqsFailure(code, str(error), kind) from None
    except Exception as error:  # the library's parser raises whatever a malformed answer makes it stumble over
        raise SqsFailure(type(error).__name__, "the answer cannot be read", FailureKind.SERVER) from None


class AwsSqs:
    """SqsClient on two clients: one that gives up quickly, one whose long polls may take their time."""

    def __init__(self, client: Any, poller: Any) -> None:
        self._client = client
        self._poller = poller

    async def send_batch(self, queue_url: str, entries: Sequence[Entry]) -> list[EntryFailure]:
        sendable = [_sendable(entry) for entry in entries]
        with _in_our_words():
            answer = await self._client.send_message_batch(QueueUrl=queue_url, Entries=sendable)
            return _failures(answer, [entry.id for entry in entries])

    async def receive(self, queue_url: str, max_messages: int, wait_seconds: int) -> list[Received]:
        with _in_our_words():
            answer = await self._poller.receive_message(
                QueueUrl=queue_url,
                MaxNumberOfMessages=max_messages,
                WaitTimeSeconds=wait_seconds,
                MessageAttributeNames=["All"],
                AttributeNames=["ApproximateReceiveCount"],
            )
            return [_received(message) for message in answer.get("Messages", [])]

    async def delete_batch(self, queue_url: str, receipt_handles: Sequence[str]) -> list[EntryFailure]:
        ids = [str(place) for place in range(len(receipt_handles))]
        entries = [{"Id": id_, "ReceiptHandle": handle} for id_, handle in zip(ids, receipt_handles, strict=True)]
        with _in_our_words():
            answer = await self._client.delete_message_batch(QueueUrl=queue_url, Entries=entries)
            return _failures(answer, ids)

    async def attributes(self, queue_url: str, names: Sequence[str]) -> dict[str, str]:
        with _in_our_words():
            answer = await self._client.get_queue_attributes(QueueUrl=queue_url, AttributeNames=list(names))
            return dict(answer.get("Attributes", {}))


def _sendable(entry: Entry) -> dict[str, Any]:
    sendable: dict[str, Any] = {
        "Id": entry.id,
        "MessageBody": entry.body,
        "MessageGroupId": entry.group_id,
        "MessageAttributes": {
            name: {"DataType": "Number" if isinstance(value, int) else "String", "StringValue": str(value)}
            for name, value in entry.attributes.items()
        },
    }
    if entry.deduplication_id is not None:
        sendable["MessageDeduplicationId"] = entry.deduplication_id
    if entry.delay_seconds:
        sendable["DelaySeconds"] = entry.delay_seconds
    return sendable


def _failures(answer: dict[str, Any], ids: Sequence[str]) -> list[EntryFailure]:
    """What the answer does not say was done, was not done."""
    refused = {item["Id"]: item for item in answer.get("Failed", [])}
    done = {item["Id"] for item in answer.get("Successful", [])}
    return [_failure(id_, refused.get(id_)) for id_ in ids if id_ not in done]


def _failure(id_: str, item: dict[str, Any] | None) -> EntryFailure:
    if item is None:
        return EntryFailure(id_, "NotMentioned", transient=True)
    code = item.get("Code", "Unnamed")
    own_fault = item.get("SenderFault", False) and kind_of(code, 400) is FailureKind.REQUEST
    return EntryFailure(id_, code, transient=not own_fault)


def _received(message: dict[str, Any]) -> Received:
    return Received(
        message_id=message["MessageId"],
        receipt_handle=message["ReceiptHandle"],
        body=message["Body"],
        attributes={name: value.get("StringValue", "") for name, value in message.get("MessageAttributes", {}).items()},
        receive_count=int(message.get("Attributes", {}).get("ApproximateReceiveCount", 1)),
    )


@asynccontextmanager
async def open_sqs(settings: Settings) -> AsyncIterator[AwsSqs]:
    """Clients for the region and endpoint of the settings, credentials by AWS's usual chain; closed at the end.

    The library's own retries are off: those of the queue service are the only ones (requirement 1.6).
    """
    session = aioboto3.Session(region_name=settings.aws_region)
    async with AsyncExitStack() as stack:

        async def client(read_seconds: float) -> Any:
            config = AioConfig(
                connect_timeout=CONNECT_SECONDS,
                read_timeout=read_seconds,
                retries={"total_max_attempts": 1, "mode": "standard"},
                max_pool_connections=CONNECTIONS,
            )
            opened = session.client("sqs", endpoint_url=settings.aws_endpoint_url_sqs, config=config)
            return await stack.enter_async_context(opened)

        yield AwsSqs(await client(SEND_READ_SECONDS), await client(RECEIVE_READ_SECONDS))
