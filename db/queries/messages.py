"""Messages: read them, store them, and move them on. Every change of status is conditional on the one before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    CursorResult,
    DateTime,
    Interval,
    Select,
    String,
    and_,
    bindparam,
    case,
    func,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.sql.elements import ColumnElement

from db.engine import ReadSession, WriteSession
from db.kept import Row, columns, kept, made
from db.models import Fan, Message
from db.models.base import table_of
from db.owner_guard import crossing
from db.queries.keyset import Position
from db.queries.row_order import behind

NOW = func.clock_timestamp()

PLACE = (Message.placed_at, Message.id)
"""Where a message stands in its conversation."""


def position(message: Message) -> Position:
    return message.placed_at, message.id


async def get(session: ReadSession, owner: UUID, message_id: UUID) -> Message | None:
    return await session.get(Message, (owner, message_id), populate_existing=True)


async def status_of(session: ReadSession, owner: UUID, message_id: UUID) -> str | None:
    """As it is written now; an object of the message may be older."""
    found: str | None = await _status_of.value(session, owner=owner, message=message_id)
    return found


@kept
def _status_of() -> Any:
    return select(Message.status).where(*_the_message())


async def get_many(session: ReadSession, owner: UUID, ids: Sequence[UUID]) -> Sequence[Message]:
    query = select(Message).where(Message.user_id == owner, Message.id.in_(ids))
    return (await session.scalars(query)).all()


async def lock(session: WriteSession, owner: UUID, message_id: UUID) -> Message | None:
    return _message(await _lock.row(session, owner=owner, message=message_id))


@kept
def _lock() -> Any:
    return select(*columns(Message)).where(*_the_message()).with_for_update()


def _the_message() -> tuple[ColumnElement[bool], ...]:
    return Message.user_id == bindparam("owner"), Message.id == bindparam("message")


def _message(row: Row | None) -> Message | None:
    return None if row is None else made(Message, row)


async def lock_if_free(session: WriteSession, owner: UUID, message_id: UUID) -> tuple[Message, Fan] | None:
    """The message, locked, and its fan. None where somebody else holds it.

    Who holds a lane waits for no message: others lock the two the other way.
    """
    row = await _lock_if_free.row(session, owner=owner, message=message_id)
    return None if row is None else (made(Message, row), made(Fan, row, len(columns(Message))))


@kept
def _lock_if_free() -> Any:
    return (
        select(*columns(Message), *columns(Fan))
        .select_from(Message)
        .join(Fan, and_(Fan.user_id == Message.user_id, Fan.id == Message.fan_id))
        .where(*_the_message())
        .with_for_update(of=Message, skip_locked=True)
    )


def ended(status: str) -> ColumnElement[str]:
    """The status of a message whose way ends before it is sent: UNKNOWN where an earlier call may have delivered it."""
    return case((Message.unknown_since.is_not(None), "UNKNOWN"), else_=status)


async def begin(
    session: WriteSession, owner: UUID, message_id: UUID, request: dict[str, Any], key: str, repeats: timedelta | None
) -> Message | None:
    """QUEUED becomes SENDING with the exact request, its key, and for how long to repeat it. None: it is gone."""
    values = {"owner": owner, "message": message_id, "exact": request, "key": key, "repeats": repeats}
    return _message(await _begin.row(session, **values))


@kept
def _begin() -> Any:
    return (
        _changed(("QUEUED",))
        .values(
            status="SENDING",
            request=bindparam("exact", type_=Message.request.type),
            platform_key=bindparam("key"),
            repeat_until=NOW + bindparam("repeats", type_=Interval()),
        )
        .returning(*columns(Message))
    )


async def arrive(
    session: WriteSession, owner: UUID, message_id: UUID, platform_message_id: str | None, sent_at: datetime | None
) -> Message | None:
    """SENT, whatever it was before; None where it was known to have arrived. A platform id that is known stays."""
    values = {"owner": owner, "message": message_id, "known_as": platform_message_id, "then": sent_at}
    return _message(await _arrive.row(session, **values))


# Campaign and scheduled messages were written long before; in the conversation they stand where the fan sees them.
PLACE_WHEN_SENT = case(
    (or_(Message.campaign_id.is_not(None), Message.scheduled_at.is_not(None)), NOW), else_=Message.placed_at
)


@kept
def _arrive() -> Any:
    return (
        _changed(("PENDING", "QUEUED", "SENDING", "FAILED", "UNKNOWN", "CANCELLED"))
        .values(
            status="SENT",
            platform_message_id=func.coalesce(Message.platform_message_id, bindparam("known_as", type_=String())),
            sent_at=func.coalesce(bindparam("then", type_=DateTime(timezone=True)), NOW),
            finished_at=NOW,
            placed_at=PLACE_WHEN_SENT,
            not_before=None,
            failure_reason=None,
        )
        .returning(*columns(Message))
    )


def _changed(before: Sequence[str]) -> Any:
    table = table_of(Message)
    return update(table).where(*_the_message(), Message.status.in_(before)).values(version=table.c.version + 1)


async def move(
    session: WriteSession,
    owner: UUID,
    message_id: UUID,
    before: Sequence[str],
    *conditions: ColumnElement[bool],
    **values: Any,
) -> Message | None:
    """Change a message that is in one of the statuses `before`. None when it is not (any more): nothing was changed."""
    statement = (
        update(Message)
        .where(Message.user_id == owner, Message.id == message_id, Message.status.in_(before), *conditions)
        .values(version=Message.version + 1, **values)
        .returning(Message)
    )
    return await session.scalar(statement, execution_options={"populate_existing": True})


async def remove(session: WriteSession, owner: UUID, message_id: UUID, removed_at: datetime) -> Message | None:
    """It was deleted at the platform; read from now on, so that nothing counts it. None where it was removed before."""
    statement = (
        update(Message)
        .where(Message.user_id == owner, Message.id == message_id, Message.removed_at.is_(None))
        .values(removed_at=removed_at, read=True, version=Message.version + 1)
        .returning(Message)
    )
    return await session.scalar(statement, execution_options={"populate_existing": True})


async def purchase(
    session: WriteSession, owner: UUID, message_id: UUID, purchased_at: datetime, amount_cents: int
) -> Message | None:
    """The fan has unlocked it; what she paid is its price where it had none. None where it was unlocked before."""
    statement = (
        update(Message)
        .where(Message.user_id == owner, Message.id == message_id, Message.purchased_at.is_(None))
        .values(
            purchased_at=purchased_at,
            price_cents=func.coalesce(Message.price_cents, func.nullif(amount_cents, 0)),
            version=Message.version + 1,
        )
        .returning(Message)
    )
    return await session.scalar(statement, execution_options={"populate_existing": True})


async def move_many(
    session: WriteSession, owner: UUID, message_ids: Sequence[UUID], before: Sequence[str], **values: Any
) -> Sequence[Message]:
    """As `move`, for several with the same values; gives those that were changed."""
    statement = (
        update(Message)
        .where(Message.user_id == owner, Message.id.in_(message_ids), Message.status.in_(before))
        .values(version=Message.version + 1, **values)
        .returning(Message)
    )
    return (await session.scalars(statement, execution_options={"populate_existing": True})).all()


async def campaigns_of(session: ReadSession, owner: UUID, ids: Sequence[UUID]) -> Sequence[UUID]:
    """Those to which any of these messages belong."""
    query = select(Message.campaign_id).where(Message.user_id == owner, Message.id.in_(ids))
    return [found for found in await session.scalars(query.distinct()) if found is not None]


async def lock_many(session: WriteSession, owner: UUID, ids: Sequence[UUID]) -> Sequence[Message]:
    """Always in one order, so that two who lock several never wait for each other in a ring."""
    query = select(Message).where(Message.user_id == owner, Message.id.in_(ids))
    return await _locked(session, query)


async def of_campaign(session: ReadSession, owner: UUID, campaign_id: UUID) -> Sequence[Message]:
    query = select(Message).where(Message.user_id == owner, Message.campaign_id == campaign_id)
    return (await session.scalars(query.order_by(Message.id))).all()


async def lock_of_campaign(
    session: WriteSession, owner: UUID, campaign_id: UUID, statuses: Sequence[str]
) -> Sequence[Message]:
    query = select(Message).where(
        Message.user_id == owner, Message.campaign_id == campaign_id, Message.status.in_(statuses)
    )
    return await _locked(session, query)


async def _locked(session: WriteSession, query: Select[Message]) -> Sequence[Message]:
    query = query.order_by(Message.id).with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(query)).all()


async def unread_after(session: ReadSession, owner: UUID, conversation_id: UUID, place: Position) -> int:
    """How many incoming messages behind a place are unread."""
    query = select(func.count()).where(*_unread(owner, conversation_id), behind(PLACE, place, descending=False))
    return await session.scalar(query) or 0


async def mark_read(session: WriteSession, owner: UUID, conversation_id: UUID, through: Position | None) -> int:
    """Incoming messages become read, up to a place and with it, or all. Gives how many were unread."""
    reached = () if through is None else (not_(behind(PLACE, through, descending=False)),)
    statement = (
        update(Message)
        .where(*_unread(owner, conversation_id), *reached)
        .values(read=True, version=Message.version + 1)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", await session.execute(statement)).rowcount


def _unread(owner: UUID, conversation_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return Message.user_id == owner, Message.conversation_id == conversation_id, not_(Message.read)


async def nobody_queued(session: WriteSession, older_than_seconds: float, limit: int) -> Sequence[Message]:
    """Accepted messages that never reached the queue (a crash in between), and schedules that are due; locked."""
    # Written or put back: one that is retried by hand is as new as one that was just accepted.
    due = func.coalesce(
        Message.scheduled_at, Message.updated_at + func.make_interval(0, 0, 0, 0, 0, 0, older_than_seconds)
    )
    query = (
        select(Message)
        .where(Message.status == "PENDING", due <= NOW)
        .order_by(func.coalesce(Message.scheduled_at, Message.updated_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(query, execution_options=crossing("messages nobody queued"))).all()
