"""The journal of webhooks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import case, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from db.engine import WriteSession
from db.models import WebhookDelivery, new_id
from db.owner_guard import crossing

NOW = func.clock_timestamp()


async def record(
    session: WriteSession, owner: UUID, creator_account_id: UUID, delivery_key: str, kind: str, body: bytes
) -> UUID | None:
    """Store a delivery as it came. None when the same delivery is already there."""
    statement = (
        upsert(WebhookDelivery)
        .values(
            user_id=owner,
            id=new_id(),
            creator_account_id=creator_account_id,
            delivery_key=delivery_key,
            kind=kind,
            body=body,
            status="received",
        )
        .on_conflict_do_nothing()
        .returning(WebhookDelivery.id)
    )
    return await session.scalar(statement)


async def take(session: WriteSession, owner: UUID, delivery_id: UUID) -> WebhookDelivery | None:
    """Lock a delivery that waits for its turn. None: it was worked on, is in other hands, or pauses after a fault."""
    query = (
        select(WebhookDelivery)
        .where(
            WebhookDelivery.user_id == owner,
            WebhookDelivery.id == delivery_id,
            WebhookDelivery.status == "received",
            or_(WebhookDelivery.next_try_at.is_(None), WebhookDelivery.next_try_at <= NOW),
        )
        .with_for_update(skip_locked=True)
    )
    return await session.scalar(query)


async def take_again(session: WriteSession, owner: UUID, delivery_id: UUID) -> WebhookDelivery | None:
    """Lock a delivery whatever became of it, after whoever works on it now. None where there is none."""
    query = select(WebhookDelivery).where(WebhookDelivery.user_id == owner, WebhookDelivery.id == delivery_id)
    return await session.scalar(query.with_for_update())


async def finish(session: WriteSession, owner: UUID, delivery_id: UUID, status: str, detail: str | None) -> None:
    await session.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.user_id == owner, WebhookDelivery.id == delivery_id)
        .values(status=status, detail=detail, finished_at=NOW, next_try_at=None, attempts=WebhookDelivery.attempts + 1)
    )


async def attempts(session: WriteSession, owner: UUID, delivery_id: UUID) -> int | None:
    """How often an open delivery was tried; locked. None where it is open no more."""
    query = select(WebhookDelivery.attempts).where(
        WebhookDelivery.user_id == owner, WebhookDelivery.id == delivery_id, WebhookDelivery.status == "received"
    )
    return await session.scalar(query.with_for_update())


async def put_off(session: WriteSession, owner: UUID, delivery_id: UUID, pause: timedelta, detail: str) -> None:
    """One more try that did not succeed; the next one after a pause."""
    await session.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.user_id == owner, WebhookDelivery.id == delivery_id)
        .values(attempts=WebhookDelivery.attempts + 1, next_try_at=NOW + pause, detail=detail)
    )


async def nobody_worked_on(session: WriteSession, older_than_seconds: float, limit: int) -> Sequence[tuple[UUID, UUID]]:
    """(owner, id) of deliveries whose wake-up got lost, or whose pause is over, oldest first."""
    forgotten = WebhookDelivery.received_at < NOW - func.make_interval(0, 0, 0, 0, 0, 0, older_than_seconds)
    query = (
        select(WebhookDelivery.user_id, WebhookDelivery.id)
        .where(
            WebhookDelivery.status == "received",
            case((WebhookDelivery.next_try_at.is_(None), forgotten), else_=WebhookDelivery.next_try_at <= NOW),
        )
        .order_by(WebhookDelivery.received_at)
        .limit(limit)
    )
    rows = await session.execute(query, execution_options=crossing("webhooks nobody worked on"))
    return [(row[0], row[1]) for row in rows]
