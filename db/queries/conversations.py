"""Conversations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, and_, bindparam, case, func, not_, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from db.engine import ReadSession, WriteSession
from db.kept import columns, kept, made
from db.models import Conversation, Fan, Message, new_id
from db.models.base import table_of
from db.queries.rows_by_id import rows_by_id


async def get(session: ReadSession, owner: UUID, conversation_id: UUID) -> Conversation | None:
    return await session.get(Conversation, (owner, conversation_id))


async def get_many(session: ReadSession, owner: UUID, ids: Sequence[UUID]) -> Sequence[Conversation]:
    return await rows_by_id(session, Conversation, owner, ids)


async def of_fans(session: ReadSession, owner: UUID, fan_ids: Sequence[UUID]) -> Sequence[Conversation]:
    query = select(Conversation).where(Conversation.user_id == owner, Conversation.fan_id.in_(fan_ids))
    return (await session.scalars(query)).all()


async def lock(session: WriteSession, owner: UUID, conversation_id: UUID) -> Conversation | None:
    query = select(Conversation).where(Conversation.user_id == owner, Conversation.id == conversation_id)
    return await session.scalar(query.with_for_update().execution_options(populate_existing=True))


async def ensure(session: WriteSession, fan: Fan) -> Conversation:
    """The fan's conversation, made if there is none, locked."""
    row = {
        "user_id": fan.user_id,
        "id": new_id(),
        "fan_id": fan.id,
        "creator_account_id": fan.creator_account_id,
        "platform": fan.platform,
    }
    await session.execute(upsert(Conversation).values(row).on_conflict_do_nothing())
    query = select(Conversation).where(Conversation.user_id == fan.user_id, Conversation.fan_id == fan.id)
    return (await session.scalars(query.with_for_update().execution_options(populate_existing=True))).one()


async def ensure_many(session: WriteSession, owner: UUID, fans: Sequence[Fan]) -> dict[UUID, Conversation]:
    """The conversation of each fan, made where there is none. Not locked: what is stored for them is not yet shown."""
    rows = [
        {
            "user_id": owner,
            "id": new_id(),
            "fan_id": fan.id,
            "creator_account_id": fan.creator_account_id,
            "platform": fan.platform,
        }
        # In one order, so that two who make conversations for the same fans never wait for each other in a ring.
        for fan in sorted(fans, key=lambda fan: fan.id)
    ]
    if rows:
        await session.execute(upsert(Conversation).values(rows).on_conflict_do_nothing())
    return {row.fan_id: row for row in await of_fans(session, owner, [fan.id for fan in fans])}


async def change(session: WriteSession, owner: UUID, conversation_id: UUID, **values: Any) -> Conversation:
    statement = (
        update(Conversation)
        .where(Conversation.user_id == owner, Conversation.id == conversation_id)
        .values(version=Conversation.version + 1, **values)
        .returning(Conversation)
    )
    return (await session.scalars(statement, execution_options={"populate_existing": True})).one()


async def put_last(session: WriteSession, message: Message) -> Conversation:
    """Make a message the conversation's last, unless a newer one already is; of two of one moment the higher id is."""
    values: dict[str, Any] = {"owner": message.user_id, "conversation": message.conversation_id}
    values |= {"message": message.id, "place": message.placed_at}
    if message.direction == "IN":
        row = await _put_incoming_last.row(session, **values, unread=0 if message.read else 1)
    else:
        row = await _put_outgoing_last.row(session, **values)
    assert row is not None
    return made(Conversation, row)


@kept
def _put_outgoing_last() -> Any:
    return _putting_last(incoming=False)


@kept
def _put_incoming_last() -> Any:
    place = bindparam("place", type_=Message.placed_at.type)
    return _putting_last(incoming=True).values(
        last_incoming_at=func.greatest(Conversation.last_incoming_at, place),
        unread_count=Conversation.unread_count + bindparam("unread", type_=Integer()),
    )


def _putting_last(*, incoming: bool) -> Any:
    message = bindparam("message", type_=Message.id.type)
    place = bindparam("place", type_=Message.placed_at.type)
    newer = tuple_(Conversation.last_message_at, Conversation.last_message_id) > tuple_(place, message)
    return (
        update(table_of(Conversation))
        .where(Conversation.user_id == bindparam("owner"), Conversation.id == bindparam("conversation"))
        .values(
            version=Conversation.version + 1,
            last_message_id=func.coalesce(_if(newer, Conversation.last_message_id), message),
            last_message_at=func.greatest(Conversation.last_message_at, place),
            awaiting_reply=func.coalesce(_if(newer, Conversation.awaiting_reply), incoming),
        )
        .returning(*columns(Conversation))
    )


def _if(condition: Any, value: Any) -> Any:
    return case((condition, value), else_=None)


async def take_back_last(session: WriteSession, message: Message) -> Conversation | None:
    """After a message was cancelled: the one before it is the last again. None where it was not the last."""
    conversation = await lock(session, message.user_id, message.conversation_id)
    if conversation is None or conversation.last_message_id != message.id:
        return None
    values = await _last_as_it_is(session, message.user_id, message.conversation_id)
    return await change(session, message.user_id, message.conversation_id, **values)


async def recount(session: WriteSession, owner: UUID, conversation_id: UUID) -> Conversation:
    """After a message was removed: last message, last incoming one and what is unread, from the messages themselves."""
    await lock(session, owner, conversation_id)
    hers = (Message.user_id == owner, Message.conversation_id == conversation_id, Message.direction == "IN")
    incoming = select(func.max(Message.placed_at)).where(*hers, Message.removed_at.is_(None))
    unread = select(func.count()).where(*hers, not_(Message.read))
    values = await _last_as_it_is(session, owner, conversation_id)
    values |= {"last_incoming_at": await session.scalar(incoming), "unread_count": await session.scalar(unread)}
    return await change(session, owner, conversation_id, **values)


async def _last_as_it_is(session: ReadSession, owner: UUID, conversation_id: UUID) -> dict[str, Any]:
    query = (
        select(Message)
        .where(Message.user_id == owner, Message.conversation_id == conversation_id, _COUNTS_AS_LAST)
        .order_by(Message.placed_at.desc(), Message.id.desc())
        .limit(1)
    )
    last = await session.scalar(query)
    return {
        "last_message_id": last.id if last else None,
        "last_message_at": last.placed_at if last else None,
        "awaiting_reply": last is not None and last.direction == "IN",
    }


# What `put_last` was called for: written messages at once, those of campaigns and schedules when they are sent.
_COUNTS_AS_LAST = and_(
    Message.removed_at.is_(None),
    or_(
        Message.status.in_(("SENT", "DELIVERED")),
        and_(Message.campaign_id.is_(None), Message.scheduled_at.is_(None), Message.status != "CANCELLED"),
    ),
)


async def count_unread(session: ReadSession, owner: UUID) -> int:
    """How many of the owner's conversations have unread messages, deleted fans' not counted: no list shows them."""
    query = (
        select(func.count())
        .select_from(Conversation)
        .join(Fan, and_(Fan.user_id == Conversation.user_id, Fan.id == Conversation.fan_id))
        .where(Conversation.user_id == owner, Fan.user_id == owner)
        .where(Conversation.unread_count > 0, Fan.deleted_at.is_(None))
    )
    return await session.scalar(query) or 0
