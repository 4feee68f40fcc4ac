"""Live events together with the objects they tell of: read by one statement, and so as of one moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, select

from db.engine import ReadSession
from db.models import Conversation, Fan, LiveEvent, Message


@dataclass(frozen=True, slots=True)
class Objects:
    """By id; None for one that is not there."""

    messages: dict[UUID, Message | None] = field(default_factory=dict)
    conversations: dict[UUID, Conversation | None] = field(default_factory=dict)
    fans: dict[UUID, Fan | None] = field(default_factory=dict)


async def after_with_objects(
    session: ReadSession, owner: UUID, sequence: int, limit: int
) -> tuple[Sequence[LiveEvent], Objects]:
    """The owner's events after a number, oldest first, and their messages, conversations and fans."""
    values = {"owner": owner, "sequence": sequence, "limit": limit}
    events, objects = [], Objects()
    for event, message, conversation, fan in await session.execute(_after(), values):
        events.append(event)
        _note(objects.messages, event.message_id, message)
        _note(objects.conversations, event.conversation_id, conversation)
        _note(objects.fans, event.fan_id, fan)
    return events, objects


def _note(found: dict[UUID, Any], key: UUID | None, row: Any) -> None:
    if key is not None:
        found[key] = row


@cache
def _after() -> Select[LiveEvent, Message, Conversation, Fan]:
    query = select(LiveEvent, Message, Conversation, Fan).select_from(LiveEvent)
    for model, key in (
        (Message, LiveEvent.message_id),
        (Conversation, LiveEvent.conversation_id),
        (Fan, LiveEvent.fan_id),
    ):
        query = query.outerjoin(model, and_(model.user_id == LiveEvent.user_id, model.id == key))
    return (
        query.where(LiveEvent.user_id == bindparam("owner"), LiveEvent.sequence > bindparam("sequence"))
        .order_by(LiveEvent.sequence)
        .limit(bindparam("limit"))
    )
