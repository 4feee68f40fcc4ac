"""What comes out of the queue, read strictly: ours or another producer's, it is not trusted before this. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from services.sending.batching import MAX_MESSAGE_BYTES
from services.sending.payload import SENDS, USUAL_PRIORITY, MessageType


class MalformedQueueMessage(Exception):
    """The queue holds something that is no message of the contract. `reason` quotes nothing of it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A message or wake-up as received. Only a message has the fields after `timestamp`; `metadata` is its caller's."""

    type: MessageType
    message_id: UUID
    user_id: UUID
    timestamp: datetime
    recipient_id: UUID | None = None
    content: str | None = field(default=None, repr=False)
    media_urls: tuple[str, ...] = field(default=(), repr=False)
    conversation_id: UUID | None = None
    campaign_id: UUID | None = None
    priority: int = USUAL_PRIORITY
    metadata: Mapping[str, Any] = field(default_factory=dict, repr=False)


class _Wire(BaseModel):
    model_config = ConfigDict(strict=True, alias_generator=to_camel, extra="ignore")


class _WakeUp(_Wire):
    message_id: UUID
    user_id: UUID
    timestamp: AwareDatetime


class _Metadata(_Wire):
    model_config = ConfigDict(extra="allow")

    conversation_id: UUID | None = None
    campaign_id: UUID | None = None
    priority: Annotated[int, Field(ge=1, le=10)] = USUAL_PRIORITY


class _Message(_WakeUp):
    recipient_id: UUID
    content: Annotated[str, Field(min_length=1)]
    media_urls: tuple[str, ...] = ()
    metadata: _Metadata = Field(default_factory=_Metadata)


def parse(body: str, attributes: Mapping[str, str]) -> Envelope:
    """Read a received message; `attributes` by name. Raises MalformedQueueMessage. Unknown keys are let pass."""
    if len(body.encode("utf-8", "surrogatepass")) > MAX_MESSAGE_BYTES:
        raise MalformedQueueMessage("too big")
    kind = _type(attributes.get("messageType", ""))
    try:
        wire = (_Message if kind in SENDS else _WakeUp).model_validate_json(body)
    except (ValidationError, UnicodeEncodeError) as error:
        raise MalformedQueueMessage(_reason(error)) from None
    if attributes.get("userId", str(wire.user_id)) != str(wire.user_id):
        raise MalformedQueueMessage("the attribute userId names another user")
    return Envelope(
        type=kind,
        message_id=wire.message_id,
        user_id=wire.user_id,
        timestamp=wire.timestamp.astimezone(UTC),
        **(_of_a_message(wire) if isinstance(wire, _Message) else {}),
    )


def _type(value: str) -> MessageType:
    try:
        return MessageType(value)
    except ValueError:
        raise MalformedQueueMessage("unknown messageType") from None


def _of_a_message(wire: _Message) -> dict[str, Any]:
    return {
        "recipient_id": wire.recipient_id,
        "content": wire.content,
        "media_urls": wire.media_urls,
        "conversation_id": wire.metadata.conversation_id,
        "campaign_id": wire.metadata.campaign_id,
        "priority": wire.metadata.priority,
        "metadata": dict(wire.metadata.model_extra or {}),
    }


def _reason(error: ValidationError | UnicodeEncodeError) -> str:
    if isinstance(error, UnicodeEncodeError):
        return "not UTF-8"
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, item['loc'])) or 'body'}: {item['type']}" for item in found[:5])
