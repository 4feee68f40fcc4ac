from __future__ import annotations

from typing import Any

import pytest

from services.runtime.sqs import Received
from services.workers import aws_event
from services.workers.aws_event import NotFromSqs
from tests.services.workers.aws_lambda import TIMER_EVENT, record, sqs_event

ATTRIBUTES: dict[str, str | int] = {"userId": "u", "messageType": "message", "priority": 7}


def test_a_record_in_our_words() -> None:
    given = record("{}", ATTRIBUTES, messageId="m", receiptHandle="r", attributes={"ApproximateReceiveCount": "3"})

    [received] = aws_event.received(sqs_event([given]))

    assert received == Received("m", "r", "{}", {"userId": "u", "messageType": "message", "priority": "7"}, 3)


def test_an_attribute_without_a_text_is_empty() -> None:
    binary = {"messageType": {"binaryValue": "AAAA", "dataType": "Binary"}}

    [received] = aws_event.received(sqs_event([record("{}", messageAttributes=binary)]))

    assert received.attributes == {"messageType": ""}


@pytest.mark.parametrize(
    "event",
    [{}, TIMER_EVENT, {"Records": None}, {"Records": [{}]}, {"Records": ["text"]}, {"Records": [{"body": "{}"}]}, []],
)
def test_an_event_of_another_kind_is_none_of_ours(event: Any) -> None:
    with pytest.raises(NotFromSqs):
        aws_event.received(event)


def test_the_answer_names_what_failed_and_nothing_else() -> None:
    failed = [Received(name, "r", "", {}, 1) for name in ("a", "b")]
    assert aws_event.answer([]) == {"batchItemFailures": []}
    assert aws_event.answer(failed) == {"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "b"}]}
