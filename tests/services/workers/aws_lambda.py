"""Plays AWS: containers that are frozen between two invocations, events as they come, and the poller of a queue."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

from services.devstack.supervisor import ROOT
from services.runtime.aws import Clients
from services.runtime.settings import Settings
from tests.flows.faults import environment
from tests.services.workers.lambda_process import ANSWER
from tests.waiting import eventually

TIMER_EVENT = {
    "version": "0",
    "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "account": "123456789012",
    "time": "2026-11-25T09:00:00Z",
    "region": "us-east-1",
    "resources": ["arn:aws:events:us-east-1:123456789012:rule/huntaze-timer"],
    "detail": {},
}
LINE_BYTES = 32 << 20


class FunctionFailed(Exception):
    """The handler raised."""


class ContainerDied(Exception):
    """The process is gone in the middle of an invocation."""


def record(body: str, texts: Mapping[str, str | int] | None = None, **changes: Any) -> dict[str, Any]:
    """One record as an SQS event source hands it over."""
    typed: dict[str, dict[str, Any]] = {
        name: {
            "stringValue": str(value),
            "stringListValues": [],
            "binaryListValues": [],
            "dataType": "Number" if isinstance(value, int) else "String",
        }
        for name, value in (texts or {}).items()
    }
    usual = {
        "messageId": str(uuid.uuid4()),
        "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": "1545082649183",
            "SenderId": "AIDAIENQZJOLO23YVJ4VO",
            "ApproximateFirstReceiveTimestamp": "1545082649185",
        },
        "messageAttributes": typed,
        "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:rate-limiter",
        "awsRegion": "us-east-1",
    }
    return usual | changes


def sqs_event(records: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"Records": list(records)}


class LambdaContainer:
    """One process of the function. It is stopped between two invocations, as AWS freezes it."""

    def __init__(self, pid: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.pid = pid
        self.alive = True
        self.logs: list[dict[str, Any]] = []
        self._reader = reader
        self._writer = writer

    async def invoke(self, event: dict[str, Any], *, seconds: float = 60, **fields: Any) -> Any:
        """The handler's answer; `seconds` is the function's timeout. Raises FunctionFailed, ContainerDied."""
        asked = {"handler": "lambda_handler", "event": event, "id": str(uuid.uuid4()), "seconds": seconds} | fields
        self.signal(signal.SIGCONT)
        self._writer.write(json.dumps(asked).encode() + b"\n")
        answer = await self._answer()
        self.signal(signal.SIGSTOP)
        if "errorType" in answer:
            raise FunctionFailed(answer["errorType"])
        return answer["returned"]

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        """Once: afterwards its number may be another process's."""
        if self.alive:
            self.alive = False
            with suppress(ProcessLookupError):
                self.signal(signal.SIGKILL)

    async def failures(self, event: dict[str, Any], **fields: Any) -> list[str]:
        """The ids in the answer, which must hold nothing else."""
        answer = await self.invoke(event, **fields)
        assert set(answer) == {"batchItemFailures"}
        assert all(set(each) == {"itemIdentifier"} for each in answer["batchItemFailures"])
        return [each["itemIdentifier"] for each in answer["batchItemFailures"]]

    async def timer(self, **fields: Any) -> None:
        assert await self.invoke(TIMER_EVENT, handler="timer_handler", **fields) is None

    async def _answer(self) -> dict[str, Any]:
        while line := (await self._reader.readline()).decode():
            if line.startswith(ANSWER):
                return dict(json.loads(line.removeprefix(ANSWER)))
            self.logs.append(json.loads(line))
        self.alive = False
        raise ContainerDied

    def told(self, event: str) -> list[dict[str, Any]]:
        """The log lines of this kind."""
        return [line for line in self.logs if line["event"] == event]


class LambdaFunction:
    """Makes containers of the function; see `lambda_process`."""

    def __init__(self, forking: subprocess.Popen[bytes], folder: Path) -> None:
        self._forking = forking
        self._folder = folder

    @asynccontextmanager
    async def container(self, settings: Settings) -> AsyncIterator[LambdaContainer]:
        """Killed at the end, as AWS does it."""
        address = self._folder / uuid.uuid4().hex
        came: asyncio.Future[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Future()
        server = await asyncio.start_unix_server(lambda *pair: came.set_result(pair), address, limit=LINE_BYTES)
        async with server:
            assert self._forking.stdin is not None
            asked = {"address": str(address), "environment": environment(settings)}
            self._forking.stdin.write(json.dumps(asked).encode() + b"\n")
            self._forking.stdin.flush()
            reader, writer = await asyncio.wait_for(came, 60)
            pid = json.loads((await reader.readline()).decode().removeprefix(ANSWER))["pid"]
            container = LambdaContainer(pid, reader, writer)
            try:
                yield container
            finally:
                container.kill()
                writer.close()


@contextmanager
def lambda_function() -> Iterator[LambdaFunction]:
    with tempfile.TemporaryDirectory(prefix="huntaze-test-") as folder:
        command = (sys.executable, "-m", "tests.services.workers.lambda_process")
        with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE) as forking:
            yield LambdaFunction(forking, Path(folder))


class Poller:
    """The event source: receives, invokes, deletes what succeeded, and leaves the rest to come again."""

    def __init__(self, sqs: Any, queue_url: str) -> None:
        self._sqs = sqs
        self._queue_url = queue_url
        self.batches: list[tuple[int, int]] = []
        """How many records each invocation was handed, and how many of them it failed."""

    async def run(self, container: LambdaContainer) -> None:
        """Until cancelled; several, with a container each, may run side by side."""
        while True:
            if messages := await self._receive():
                await self._invoke(container, messages)

    async def once(self, container: LambdaContainer, **fields: Any) -> list[str]:
        """One batch; gives the ids that failed."""
        return await self._invoke(container, await self._receive(), **fields)

    async def _receive(self) -> list[dict[str, Any]]:
        answer = await self._sqs.receive_message(
            QueueUrl=self._queue_url,
            MaxNumberOfMessages=10,
            WaitTimeSeconds=1,
            MessageAttributeNames=["All"],
            AttributeNames=["All"],
        )
        return list(answer.get("Messages", []))

    async def _invoke(self, container: LambdaContainer, messages: Sequence[dict[str, Any]], **fields: Any) -> list[str]:
        failed = await container.failures(sqs_event(_record(message) for message in messages), **fields)
        self.batches.append((len(messages), len(failed)))
        for message in messages:
            if message["MessageId"] not in failed:
                await self._sqs.delete_message(QueueUrl=self._queue_url, ReceiptHandle=message["ReceiptHandle"])
        return failed

    async def put(self, body: str, texts: Mapping[str, str]) -> None:
        """A message of anybody's, as it is."""
        attributes = {name: {"DataType": "String", "StringValue": value} for name, value in texts.items()}
        await self._sqs.send_message(QueueUrl=self._queue_url, MessageBody=body, MessageAttributes=attributes)

    async def until_taken(self) -> None:
        """Until somebody has received whatever is visible."""

        async def taken() -> bool:
            return (await self.numbers())["Visible"] == 0

        await eventually(taken, 30, "a receive")

    async def numbers(self) -> dict[str, int]:
        """How many messages the queue has visible, in flight and delayed."""
        names = ("", "NotVisible", "Delayed")
        wanted = [f"ApproximateNumberOfMessages{name}" for name in names]
        answer = await self._sqs.get_queue_attributes(QueueUrl=self._queue_url, AttributeNames=wanted)
        return {name or "Visible": int(answer["Attributes"][key]) for name, key in zip(names, wanted, strict=True)}

    async def hide_for(self, seconds: int) -> None:
        """What was received and not deleted comes again after so long."""
        await self._sqs.set_queue_attributes(QueueUrl=self._queue_url, Attributes={"VisibilityTimeout": str(seconds)})


def _record(message: Mapping[str, Any]) -> dict[str, Any]:
    attributes = {
        name: {
            "stringValue": value["StringValue"],
            "stringListValues": [],
            "binaryListValues": [],
            "dataType": value["DataType"],
        }
        for name, value in message.get("MessageAttributes", {}).items()
    }
    return record(
        message["Body"],
        messageId=message["MessageId"],
        receiptHandle=message["ReceiptHandle"],
        attributes=message["Attributes"],
        messageAttributes=attributes,
        md5OfBody=message["MD5OfBody"],
    )


@asynccontextmanager
async def polled(settings: Settings) -> AsyncIterator[Poller]:
    """The event source of the queue in the settings."""
    wanted = {"sqs": ("sqs", settings.aws_endpoint_url_sqs, 10.0)}
    async with Clients(settings.aws_region, wanted, settings.queue_timeout_seconds) as clients:
        yield Poller(clients["sqs"], settings.sqs_rate_limiter_queue_url)


@asynccontextmanager
async def polling(poller: Poller, *containers: LambdaContainer) -> AsyncIterator[None]:
    """Poll with these containers at once, until the end of the block."""
    tasks = [asyncio.create_task(poller.run(container)) for container in containers]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [each for each in outcomes if not isinstance(each, asyncio.CancelledError)] == []
