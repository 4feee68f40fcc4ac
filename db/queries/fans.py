"""Fans."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from db.engine import ReadSession, WriteSession
from db.models import Fan


async def get(session: ReadSession, owner: UUID, fan_id: UUID) -> Fan | None:
    return await session.get(Fan, (owner, fan_id))


async def get_many(session: ReadSession, owner: UUID, ids: Sequence[UUID]) -> Sequence[Fan]:
    query = select(Fan).where(Fan.user_id == owner, Fan.id.in_(ids))
    return (await session.scalars(query)).all()


async def lock(session: WriteSession, owner: UUID, fan_id: UUID) -> Fan | None:
    query = select(Fan).where(Fan.user_id == owner, Fan.id == fan_id).with_for_update()
    return await session.scalar(query.execution_options(populate_existing=True))


async def by_platform_id(
    session: ReadSession, owner: UUID, creator_account_id: UUID, platform_fan_id: str
) -> Fan | None:
    query = select(Fan).where(
        Fan.user_id == owner,
        Fan.creator_account_id == creator_account_id,
        Fan.platform_fan_id == platform_fan_id,
    )
    return await session.scalar(query)


async def by_handle(
    session: ReadSession, owner: UUID, platform: str, creator_account_id: UUID | None, handle_key: str
) -> Fan | None:
    query = select(Fan).where(
        Fan.user_id == owner,
        Fan.platform == platform,
        Fan.creator_account_id.is_not_distinct_from(creator_account_id),
        Fan.handle_key == handle_key,
    )
    return await session.scalar(query)


async def change(session: WriteSession, owner: UUID, fan_id: UUID, **values: Any) -> Fan | None:
    statement = (
        update(Fan)
        .where(Fan.user_id == owner, Fan.id == fan_id)
        .values(version=Fan.version + 1, **values)
        .returning(Fan)
    )
    return await session.scalar(statement, execution_options={"populate_existing": True})
