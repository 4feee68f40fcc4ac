"""Live events together with the objects they tell of: read by one statement, and so as of one moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import and_, bindparam, select

from db.engine import ReadSession
from db.kept import Row, columns, kept, made
from db.models import Base, Conversation, Fan, LiveEvent, Message

TOLD: tuple[Any, ...] = (Message, Conversation, Fan)
"""What events tell of, in the order of a row, behind the event itself."""

ModelT = TypeVar("ModelT", bound=Base)


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
    events, objects = [], Objects()
    for row in await _after.rows(session, owner=owner, sequence=sequence, limit=limit):
        event = made(LiveEvent, row)
        events.append(event)
        _note(objects.messages, event.message_id, Message, row)
        _note(objects.conversations, event.conversation_id, Conversation, row)
        _note(objects.fans, event.fan_id, Fan, row)
    return events, objects


def _note(found: dict[UUID, ModelT | None], key: UUID | None, model: type[ModelT], row: Row) -> None:
    if key is not None and key not in found:
        begin = _places()[model]
        # The owner stands first, and is null where there is no such object.
        found[key] = None if row[begin] is None else made(model, row, begin)


@cache
def _places() -> dict[type[Base], int]:
    """Where in a row the columns of a model begin."""
    return dict(zip(TOLD, accumulate(len(columns(model)) for model in (LiveEvent, *TOLD)), strict=False))


@kept
def _after() -> Any:
    query = select(*(column for model in (LiveEvent, *TOLD) for column in columns(model))).select_from(LiveEvent)
    for model, key in zip(TOLD, (LiveEvent.message_id, LiveEvent.conversation_id, LiveEvent.fan_id), strict=True):
        query = query.outerjoin(model, and_(model.user_id == LiveEvent.user_id, model.id == key))
    return (
        query.where(LiveEvent.user_id == bindparam("owner"), LiveEvent.sequence > bindparam("sequence"))
        .order_by(LiveEvent.sequence)
        .limit(bindparam("limit"))
    )
