from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from services.platforms.interface import InboundEnvelope, InboundPerson, MalformedWebhook, Media, SentCopy
from services.platforms.sent_messages import AnnouncedMessage, announced_message
from services.platforms.webhook import MESSAGE_RECEIVED, MESSAGE_SENT

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
PAYLOAD: dict[str, Any] = {
    "id": 123,
    "text": "<p>Hi &lt;3<br />\nyou</p>",
    "price": 25,
    "createdAt": "2026-11-25T12:00:00+00:00",
    "fromUser": {"id": 1, "username": "mia"},
    "toUser": {"id": 77, "username": "kim", "name": "Kim"},
    "media": [{"id": 9, "type": "video"}],
}


def read(kind: str = MESSAGE_SENT, **changed: Any) -> AnnouncedMessage:
    return announced_message(InboundEnvelope("acct", kind, PAYLOAD | changed))


def test_it_names_the_fan_it_went_to() -> None:
    assert read() == AnnouncedMessage(
        SentCopy("123", "Hi <3\nyou", 2500, NOON), InboundPerson("77", "kim", "Kim", None), (Media("VIDEO", None, "9"),)
    )


def test_of_the_fan_nothing_but_the_id_is_needed() -> None:
    assert read(toUser={"id": "77"}).recipient == InboundPerson("77", None, None, None)


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": MESSAGE_RECEIVED},
        {"toUser": None},
        {"toUser": "kim"},
        {"toUser": {}},
        {"toUser": {"id": True}},
        {"toUser": {"id": 7, "name": 5}},
        {"id": None},
        {"text": None},
        {"createdAt": "yesterday"},
        {"price": "much"},
    ],
)
def test_what_is_missing_or_odd_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(MalformedWebhook):
        read(**changed)
