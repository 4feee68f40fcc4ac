"""Idempotency keys: the first call with a key makes the result, later ones find it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert

from db.engine import ReadSession, WriteSession
from db.models import IdempotencyKey


async def claim(
    session: WriteSession, owner: UUID, operation: str, key: str, input_hash: str, result_id: UUID
) -> IdempotencyKey | None:
    """Take the key for `result_id`. Gives the earlier call's row if the key was taken; waits for a call under way."""
    statement = (
        upsert(IdempotencyKey)
        .values(user_id=owner, operation=operation, key=key, input_hash=input_hash, result_id=result_id)
        .on_conflict_do_nothing()
        .returning(IdempotencyKey.key)
    )
    if (await session.execute(statement)).one_or_none() is not None:
        return None
    return await find(session, owner, operation, key)


async def find(session: ReadSession, owner: UUID, operation: str, key: str) -> IdempotencyKey | None:
    """The earlier call with this key, if there was one."""
    query = select(IdempotencyKey).where(
        IdempotencyKey.user_id == owner, IdempotencyKey.operation == operation, IdempotencyKey.key == key
    )
    return await session.scalar(query)
