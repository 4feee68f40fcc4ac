"""The journal of webhooks."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select, update
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
    """Lock a delivery that was not worked on yet; None if it was, or is being worked on."""
    query = (
        select(WebhookDelivery)
        .where(
            WebhookDelivery.user_id == owner,
            WebhookDelivery.id == delivery_id,
            WebhookDelivery.status == "received",
        )
        .with_for_update(skip_locked=True)
    )
    return await session.scalar(query)


async def finish(session: WriteSession, owner: UUID, delivery_id: UUID, status: str, detail: str | None) -> None:
    await session.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.user_id == owner, WebhookDelivery.id == delivery_id)
        .values(status=status, detail=detail, finished_at=NOW, attempts=WebhookDelivery.attempts + 1)
    )


async def count_attempt(session: WriteSession, owner: UUID, delivery_id: UUID) -> int:
    """One more try that did not succeed; gives how many there were."""
    statement = (
        update(WebhookDelivery)
        .where(WebhookDelivery.user_id == owner, WebhookDelivery.id == delivery_id)
        .values(attempts=WebhookDelivery.attempts + 1)
        .returning(WebhookDelivery.attempts)
    )
    return (await session.execute(statement)).scalar_one()


async def nobody_worked_on(session: WriteSession, older_than_seconds: float, limit: int) -> Sequence[tuple[UUID, UUID]]:
    """(owner, id) of deliveries whose wake-up got lost, oldest first."""
    query = (
        select(WebhookDelivery.user_id, WebhookDelivery.id)
        .where(
            WebhookDelivery.status == "received",
            WebhookDelivery.received_at < NOW - func.make_interval(0, 0, 0, 0, 0, 0, older_than_seconds),
        )
        .order_by(WebhookDelivery.received_at)
        .limit(limit)
    )
    rows = await session.execute(query, execution_options=crossing("webhooks nobody worked on"))
    return [(row[0], row[1]) for row in rows]
