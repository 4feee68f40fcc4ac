"""AWS by aioboto3: clients, and SQS. No other module imports aioboto3 or botocore, or knows their exceptions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from functools import cache
from types import TracebackType
from typing import Any

import aioboto3
import aiohttp
from aiobotocore.config import AioConfig
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from services.runtime.settings import Settings
from services.runtime.sqs import Entry, EntryFailure, Received
from services.runtime.sqs_failure import FailureKind, SqsFailure, kind_of

# SQS holds a long poll open for up to 20 seconds.
RECEIVE_READ_SECONDS = 25.0
CONNECTIONS = 20


Failure = Callable[[str, str, FailureKind], Exception]
"""Made of an error code, what was said beside it, and the kind of the failure."""


@contextmanager
def in_words_of(failure: Failure) -> Iterator[None]:
    """Turn every fault of a call into `failure`, without the library's words on parameters: they quote the message."""
    try:
        yield
    except ClientError as error:
        told = error.response.get("Error", {})
        code = str(told.get("Code", "Unnamed"))
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        raise failure(code, str(told.get("Message", "")), kind_of(code, status)) from None
    except ParamValidationError:
        raise failure("ParamValidationError", "the request is malformed", FailureKind.REQUEST) from None
    except (BotoCoreError, aiohttp.ClientError, OSError) as error:
        code = type(error).__name__
        kind = FailureKind.PERMISSION if "Credential" in code else FailureKind.NETWORK
        raise failure(code, str(error), kind) from None
    except Exception as error:  # the library's parser raises whatever a malformed answer makes it stumble over
        raise failure(type(error).__name__, "the answer cannot be read", FailureKind.SERVER) from None


@cache
def _session(region: str) -> aioboto3.Session:
    """One for a process and region: it reads AWS's descriptions of its services, which takes a tenth of a second."""
    return aioboto3.Session(region_name=region)


class Clients:
    """Clients by name, each of (service, endpoint or None for AWS itself, seconds to wait for an answer).

    `connect_seconds` bounds the making of each connection. Credentials come by AWS's usual chain. The library's own
    retries are off: those of the queue service are the only ones.
    """

    def __init__(
        self, region: str, wanted: Mapping[str, tuple[str, str | None, float]], connect_seconds: float
    ) -> None:
        self._session = _session(region)
        self._wanted = wanted
        self._connect_seconds = connect_seconds
        self._stack = AsyncExitStack()
        self._opened: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        return self._opened[name]

    async def __aenter__(self) -> Clients:
        async with AsyncExitStack() as stack:
            self._opened = {name: await self._open(stack, *wanted) for name, wanted in self._wanted.items()}
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        await self._stack.aclose()

    async def reopen(self) -> None:
        """Close every connection and begin anew: after a pause in which the other sides may have gone away."""
        await self._stack.aclose()
        await self.__aenter__()

    async def _open(self, stack: AsyncExitStack, service: str, endpoint: str | None, read_seconds: float) -> Any:
        config = AioConfig(
            connect_timeout=self._connect_seconds,
            read_timeout=read_seconds,
            retries={"total_max_attempts": 1, "mode": "standard"},
            max_pool_connections=CONNECTIONS,
        )
        return await stack.enter_async_context(self._session.client(service, endpoint_url=endpoint, config=config))


class AwsSqs:
    """SqsClient on two clients: one that gives up quickly, one whose long polls may take their time."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    @property
    def _client(self) -> Any:
        return self._clients["quick"]

    @property
    def _poller(self) -> Any:
        return self._clients["patient"]

    async def reopen(self) -> None:
        """Forget every connection."""
        await self._clients.reopen()

    async def send_batch(self, queue_url: str, entries: Sequence[Entry]) -> list[EntryFailure]:
        sendable = [_sendable(entry) for entry in entries]
        with in_words_of(SqsFailure):
            answer = await self._client.send_message_batch(QueueUrl=queue_url, Entries=sendable)
            return entry_failures(answer, [entry.id for entry in entries])

    async def receive(self, queue_url: str, max_messages: int, wait_seconds: int) -> list[Received]:
        with in_words_of(SqsFailure):
            answer = await self._poller.receive_message(
                QueueUrl=queue_url,
                MaxNumberOfMessages=max_messages,
                WaitTimeSeconds=wait_seconds,
                MessageAttributeNames=["All"],
                AttributeNames=["ApproximateReceiveCount"],
            )
            return [received_of(message) for message in answer.get("Messages", [])]

    async def delete_batch(self, queue_url: str, receipt_handles: Sequence[str]) -> list[EntryFailure]:
        ids = [str(place) for place in range(len(receipt_handles))]
        entries = [{"Id": id_, "ReceiptHandle": handle} for id_, handle in zip(ids, receipt_handles, strict=True)]
        with in_words_of(SqsFailure):
            answer = await self._client.delete_message_batch(QueueUrl=queue_url, Entries=entries)
            return entry_failures(answer, ids)

    async def attributes(self, queue_url: str, names: Sequence[str]) -> dict[str, str]:
        with in_words_of(SqsFailure):
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


def entry_failures(answer: dict[str, Any], ids: Sequence[str]) -> list[EntryFailure]:
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


def received_of(message: dict[str, Any]) -> Received:
    return Received(
        message_id=message["MessageId"],
        receipt_handle=message["ReceiptHandle"],
        body=message["Body"],
        attributes={name: value.get("StringValue", "") for name, value in message.get("MessageAttributes", {}).items()},
        receive_count=int(message.get("Attributes", {}).get("ApproximateReceiveCount", 1)),
    )


@asynccontextmanager
async def open_sqs(settings: Settings) -> AsyncIterator[AwsSqs]:
    """Clients for the region and endpoint of the settings; closed at the end."""
    endpoint, seconds = settings.aws_endpoint_url_sqs, settings.queue_timeout_seconds
    wanted = {"quick": ("sqs", endpoint, seconds), "patient": ("sqs", endpoint, RECEIVE_READ_SECONDS)}
    async with Clients(settings.aws_region, wanted, seconds) as clients:
        yield AwsSqs(clients)
