"""What AWS hands to a Lambda function, read into our own words. Pure.

https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html shows the records, and
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from services.runtime.sqs import Received


class Context(Protocol):
    """What we need of the second argument of a handler."""

    @property
    def aws_request_id(self) -> str: ...

    def get_remaining_time_in_millis(self) -> int: ...


class NotFromSqs(Exception):
    """The event is none of an SQS event source: the function is wired up wrongly."""


def received(event: Mapping[str, Any]) -> list[Received]:
    """The records of an event. Raises NotFromSqs."""
    try:
        return [_received(record) for record in event["Records"]]
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise NotFromSqs(f"{type(error).__name__}: this function takes the records of an SQS event source") from None


def _received(record: Mapping[str, Any]) -> Received:
    attributes = record.get("messageAttributes") or {}
    return Received(
        message_id=record["messageId"],
        receipt_handle=record["receiptHandle"],
        body=record["body"],
        attributes={name: value.get("stringValue") or "" for name, value in attributes.items()},
        receive_count=int(record.get("attributes", {}).get("ApproximateReceiveCount", 1)),
    )


def answer(failed: Iterable[Received]) -> dict[str, Any]:
    """Exactly these come again; Lambda deletes the others from the queue."""
    return {"batchItemFailures": [{"itemIdentifier": each.message_id} for each in failed]}
