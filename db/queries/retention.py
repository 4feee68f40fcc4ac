"""Remove what is older than it is kept: a bounded number of rows each time, oldest first, across owners."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, Delete, delete, func, select, tuple_

from db.engine import WriteSession
from db.models import Attempt, IdempotencyKey, LiveEvent, Message, WebhookDelivery
from db.owner_guard import crossing

ACROSS = crossing("what is older than it is kept")
ENDED = ("SENT", "DELIVERED", "FAILED", "CANCELLED")
LOCK = 7_229_481_606
"""Any number that is ours: one worker removes at a time."""

Place = tuple[datetime, UUID]
"""Where the removing of attempts stands: when the last one looked at was finished, and its id."""


def _before(kept: timedelta) -> Any:
    """Read once for the statement, so that an index can be searched for it."""
    return select(func.clock_timestamp() - kept).scalar_subquery()


async def is_mine(session: WriteSession) -> bool:
    """Whether this transaction may remove; another one that may not waits for nothing."""
    return bool(await session.scalar(select(func.pg_try_advisory_xact_lock(LOCK))))


async def attempts(session: WriteSession, kept: timedelta, limit: int, after: Place | None) -> tuple[int, Place | None]:
    """Look at the next `limit` finished attempts and remove those whose message has come to its end long ago.

    Those of open and unknown messages stay. Gives how many went, and the place to go on from, None at the end.
    """
    removed = 0
    ended = func.coalesce(Message.finished_at, Message.updated_at)
    query = (
        select(
            Attempt.user_id,
            Attempt.id,
            Attempt.finished_at,
            (Message.status.in_(ENDED) & (ended < _before(kept))).label("removable"),
        )
        .join(Message, (Message.user_id == Attempt.user_id) & (Message.id == Attempt.message_id))
        .where(Attempt.state == "done", Attempt.finished_at < _before(kept))
        .order_by(Attempt.finished_at, Attempt.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(Attempt.finished_at, Attempt.id) > after)
    rows = (await session.execute(query, execution_options=ACROSS)).all()
    if keys := [(row.user_id, row.id) for row in rows if row.removable]:
        removed = await _remove(session, delete(Attempt).where(tuple_(Attempt.user_id, Attempt.id).in_(keys)))
    return removed, (rows[-1].finished_at, rows[-1].id) if len(rows) == limit else None


async def live_events(session: WriteSession, kept: timedelta, limit: int) -> int:
    """Remove the oldest events, always from the beginning of an owner's sequence: what remains has no gap."""
    old = (
        select(LiveEvent.user_id, LiveEvent.sequence)
        .where(LiveEvent.occurred_at < _before(kept))
        .order_by(LiveEvent.occurred_at)
        .limit(limit)
        .subquery()
    )
    through = select(old.c.user_id, func.max(old.c.sequence).label("sequence")).group_by(old.c.user_id).subquery()
    beginning = (LiveEvent.user_id == through.c.user_id) & (LiveEvent.sequence <= through.c.sequence)
    return await _remove(session, delete(LiveEvent).where(beginning))


async def webhook_deliveries(session: WriteSession, kept: timedelta, limit: int) -> int:
    """Remove webhooks that were worked on; one that still has to be is never too old."""
    old = (
        select(WebhookDelivery.user_id, WebhookDelivery.id)
        .where(WebhookDelivery.status != "received", WebhookDelivery.finished_at < _before(kept))
        .order_by(WebhookDelivery.finished_at)
        .limit(limit)
    )
    return await _remove(
        session, delete(WebhookDelivery).where(tuple_(WebhookDelivery.user_id, WebhookDelivery.id).in_(old))
    )


async def idempotency_keys(session: WriteSession, kept: timedelta, limit: int) -> int:
    key = (IdempotencyKey.user_id, IdempotencyKey.operation, IdempotencyKey.key)
    old = select(*key).where(IdempotencyKey.created_at < _before(kept)).order_by(IdempotencyKey.created_at).limit(limit)
    return await _remove(session, delete(IdempotencyKey).where(tuple_(*key).in_(old)))


async def _remove(session: WriteSession, statement: Delete) -> int:
    options = ACROSS | {"synchronize_session": False}
    return cast("CursorResult[Any]", await session.execute(statement, execution_options=options)).rowcount
