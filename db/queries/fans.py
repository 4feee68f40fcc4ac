"""Fans, one by one. Lists of them are in `fan_lists`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from db.engine import ReadSession, WriteSession
from db.kept import kept
from db.models import Fan
from db.queries.rows_by_id import rows_by_id

NOW = func.clock_timestamp()

UNIQUE: Mapping[str, str] = {"uq_fans_handle_key": "handle", "uq_fans_platform_fan_id": "platform_fan_id"}
"""Which column two fans would have in common, by the name of the index that refuses it."""


async def get(session: ReadSession, owner: UUID, fan_id: UUID) -> Fan | None:
    return await session.get(Fan, (owner, fan_id))


async def departure(session: ReadSession, owner: UUID, fan_id: UUID) -> tuple[datetime | None, datetime | None]:
    """When she was deleted, and when erased; both None while she is here, or nowhere."""
    row = await _departure.row(session, owner=owner, fan=fan_id)
    return (None, None) if row is None else (row[0], row[1])


@kept
def _departure() -> Any:
    found = (Fan.user_id == bindparam("owner"), Fan.id == bindparam("fan"))
    return select(Fan.deleted_at, Fan.erased_at).where(*found)


async def get_many(session: ReadSession, owner: UUID, ids: Sequence[UUID]) -> Sequence[Fan]:
    return await rows_by_id(session, Fan, owner, ids)


async def lock(session: WriteSession, owner: UUID, fan_id: UUID) -> Fan | None:
    """Nobody else changes her meanwhile; messages can still be stored that refer to her."""
    query = select(Fan).where(Fan.user_id == owner, Fan.id == fan_id).with_for_update(key_share=True)
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
        Fan.creator_account_id == creator_account_id,
        Fan.handle_key == handle_key,
    )
    return await session.scalar(query)


async def namesakes(session: WriteSession, like: Fan) -> Sequence[Fan]:
    """Other fans of the same account with her handle or her platform id, tombstones included; locked.

    Those without an account are compared as well: some day they will be of one account.
    """
    same = []
    if like.handle_key is not None:
        same.append(Fan.handle_key == like.handle_key)
    if like.platform_fan_id is not None:
        same.append(Fan.platform_fan_id == like.platform_fan_id)
    if not same:
        return []
    query = select(Fan).where(
        Fan.user_id == like.user_id,
        Fan.platform == like.platform,
        Fan.creator_account_id == like.creator_account_id,
        or_(*same),
    )
    return (await session.scalars(query.order_by(Fan.id).with_for_update(key_share=True))).all()


async def change(session: WriteSession, owner: UUID, fan_id: UUID, **values: Any) -> Fan | None:
    """Write some columns. None, and nothing is written, for an erased fan: nothing is ever known of her again."""
    statement = (
        update(Fan)
        .where(Fan.user_id == owner, Fan.id == fan_id, Fan.erased_at.is_(None))
        .values(version=Fan.version + 1, **values)
        .returning(Fan)
    )
    return await session.scalar(statement, execution_options={"populate_existing": True})


def taken(error: IntegrityError) -> str | None:
    """The column that another fan holds the same value of; None where the error is about something else."""
    return next((column for name, column in UNIQUE.items() if name in str(error.orig)), None)
