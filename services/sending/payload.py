"""What goes into the queue: the contract with every consumer of it. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

USUAL_PRIORITY = 5
OUR_METADATA = ("conversationId", "campaignId", "priority")


class MessageType(StrEnum):
    """The values of the SQS attribute `messageType`."""

    MESSAGE = "message"
    CAMPAIGN_MESSAGE = "campaign_message"
    FAN_IMPORT = "fan_import"
    WEBHOOK = "webhook"
    SCHEDULE = "schedule"
    CHECK = "check"
    LANE = "lane"


SENDS = frozenset({MessageType.MESSAGE, MessageType.CAMPAIGN_MESSAGE})


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueMessage:
    """A message for a fan. `priority` is 1 to 10, 10 the most urgent; `metadata` is the caller's own.

    `account` (whose turn it is) and `estimated_send_time` (for the result) are not part of the payload.
    """

    message_id: UUID
    user_id: UUID
    recipient_id: UUID
    content: str = field(repr=False)
    timestamp: datetime
    account: str
    media_urls: tuple[str, ...] = field(default=(), repr=False)
    conversation_id: UUID | None = None
    campaign_id: UUID | None = None
    priority: int = USUAL_PRIORITY
    metadata: Mapping[str, Any] = field(default_factory=dict, repr=False)
    estimated_send_time: datetime | None = None

    @property
    def type(self) -> MessageType:
        return MessageType.CAMPAIGN_MESSAGE if self.campaign_id else MessageType.MESSAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class WakeUp:
    """Tells a worker to look at an import, a webhook, a schedule or an account's lane: `message_id` is its id."""

    type: MessageType
    message_id: UUID
    user_id: UUID
    timestamp: datetime
    priority: int = USUAL_PRIORITY

    @property
    def account(self) -> str:
        return str(self.user_id)


def body_of(message: QueueMessage | WakeUp) -> str:
    """The payload as JSON in ASCII, which SQS takes whatever characters the text holds.

    Raises ValueError or RecursionError where the caller's metadata is no JSON (NaN, or nested too deep).
    """
    payload: dict[str, Any] = {"messageId": str(message.message_id), "userId": str(message.user_id)}
    if isinstance(message, QueueMessage):
        payload |= _sending(message)
    payload["timestamp"] = _iso(message.timestamp)
    return json.dumps(payload, allow_nan=False, separators=(",", ":"))


def _sending(message: QueueMessage) -> dict[str, Any]:
    payload: dict[str, Any] = {"recipientId": str(message.recipient_id), "content": message.content}
    if message.media_urls:
        payload["mediaUrls"] = list(message.media_urls)
    payload["metadata"] = _metadata(message)
    return payload


def _metadata(message: QueueMessage) -> dict[str, Any]:
    """The caller's keys, and ours, which they never replace nor stand in for."""
    metadata = {key: value for key, value in message.metadata.items() if key not in OUR_METADATA}
    if message.conversation_id:
        metadata["conversationId"] = str(message.conversation_id)
    if message.campaign_id:
        metadata["campaignId"] = str(message.campaign_id)
    return {**metadata, "priority": message.priority}


def _iso(moment: datetime) -> str:
    """As JavaScript writes it: UTC, milliseconds, Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def attributes_of(message: QueueMessage | WakeUp) -> dict[str, str | int]:
    """The SQS message attributes: texts as String, the priority as Number."""
    return {"userId": str(message.user_id), "messageType": message.type.value, "priority": message.priority}
