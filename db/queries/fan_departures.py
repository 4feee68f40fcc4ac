"""What happens in other tables when a fan is deleted or erased."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, LargeBinary, delete, func, literal, or_, select, update

from db.engine import WriteSession
from db.models import Attempt, Conversation, Fan, IdempotencyKey, Message, WebhookDelivery
from db.queries.messages import ended

NOW = func.clock_timestamp()

UNDER_WAY = ("SENDING", "UNKNOWN")
WAITING = ("PENDING", "QUEUED")
ERASED_NAME = "Deleted fan"


async def lock_under_way(session: WriteSession, owner: UUID, fan_id: UUID) -> None:
    """Wait for, and then keep off, whoever records the end of an attempt."""
    query = select(Message.id).where(
        Message.user_id == owner, Message.fan_id == fan_id, Message.status.in_((*UNDER_WAY, *WAITING))
    )
    await session.execute(query.order_by(Message.id).with_for_update(key_share=True))


async def lock_conversation(session: WriteSession, owner: UUID, fan_id: UUID) -> Conversation | None:
    query = select(Conversation).where(Conversation.user_id == owner, Conversation.fan_id == fan_id)
    return await session.scalar(query.with_for_update().execution_options(populate_existing=True))


async def cancel_waiting(session: WriteSession, owner: UUID, fan_id: UUID) -> Sequence[Message]:
    """Cancel what is not under way; gives what was cancelled, oldest first. What may have arrived is unknown again."""
    statement = (
        update(Message)
        .where(Message.user_id == owner, Message.fan_id == fan_id, Message.status.in_(WAITING))
        .values(status=ended("CANCELLED"), not_before=None, version=Message.version + 1)
        .returning(Message)
    )
    cancelled = await session.scalars(statement, execution_options={"populate_existing": True})
    return sorted(cancelled.all(), key=lambda message: message.id)


async def forget_hashes(session: WriteSession, owner: UUID, fan_id: UUID) -> None:
    """The idempotency keys of her messages go, with the hashes of their texts."""
    hers = select(Message.id).where(Message.user_id == owner, Message.fan_id == fan_id)
    await session.execute(
        delete(IdempotencyKey).where(IdempotencyKey.user_id == owner, IdempotencyKey.result_id.in_(hers))
    )


async def blank_attempts(session: WriteSession, owner: UUID, fan_id: UUID) -> None:
    """What platforms said of single attempts."""
    hers = select(Message.id).where(Message.user_id == owner, Message.fan_id == fan_id)
    await session.execute(
        update(Attempt)
        .where(Attempt.user_id == owner, Attempt.message_id.in_(hers), Attempt.detail.is_not(None))
        .values(detail=None)
    )


async def blank_messages(session: WriteSession, owner: UUID, fan_id: UUID) -> None:
    """Prices, purchases, times and statuses stay, and the platform's id, by which a replay is recognised."""
    await session.execute(
        update(Message)
        .where(Message.user_id == owner, Message.fan_id == fan_id, _holds_something())
        .values(
            text="",
            attachments=[],
            search=None,
            request=None,
            metadata_=None,
            failure_reason=None,
            client_key=None,
            version=Message.version + 1,
        )
    )


def _holds_something() -> ColumnElement[bool]:
    kept = (Message.search, Message.request, Message.metadata_, Message.failure_reason, Message.client_key)
    return or_(Message.text != "", Message.attachments != [], *(column.is_not(None) for column in kept))


async def blank_fan(session: WriteSession, owner: UUID, fan_id: UUID) -> None:
    """A tombstone without a name; what she paid stays."""
    cleared = ("handle", "handle_key", "email", "avatar", "notes", "platform_fan_id", "last_seen_at", "search")
    await session.execute(
        update(Fan)
        .where(Fan.user_id == owner, Fan.id == fan_id)
        .values(
            name=ERASED_NAME,
            tags=[],
            deleted_at=func.coalesce(Fan.deleted_at, NOW),
            erased_at=NOW,
            version=Fan.version + 1,
            **dict.fromkeys(cleared),
        )
    )


async def deliveries_with(
    session: WriteSession, owner: UUID, creator_account_id: UUID, marks: Sequence[bytes], *, skip_locked: bool
) -> Sequence[tuple[UUID, bytes]]:
    """(id, body) of an account's webhooks whose body holds one of the marks; locked."""
    # pg_catalog.position(where, what): the same as `what IN where`, without a syntax of its own.
    holds = [func.pg_catalog.position(WebhookDelivery.body, literal(mark, LargeBinary)) > 0 for mark in marks]
    query = select(WebhookDelivery.id, WebhookDelivery.body).where(
        WebhookDelivery.user_id == owner,
        WebhookDelivery.creator_account_id == creator_account_id,
        or_(*holds),
    )
    rows = await session.execute(query.order_by(WebhookDelivery.id).with_for_update(skip_locked=skip_locked))
    return [(row[0], row[1]) for row in rows]


async def blank_deliveries(session: WriteSession, owner: UUID, ids: Sequence[UUID]) -> None:
    """Without their body, they are never worked on again."""
    await session.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.user_id == owner, WebhookDelivery.id.in_(ids), WebhookDelivery.status == "received")
        .values(status="ignored", detail="the fan was erased", finished_at=NOW)
    )
    await session.execute(
        update(WebhookDelivery).where(WebhookDelivery.user_id == owner, WebhookDelivery.id.in_(ids)).values(body=b"")
    )
