"""Rows that an import passed over, with what was wrong in them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, delete, func, insert, literal, select, true, tuple_
from sqlalchemy.orm import aliased

from db.engine import ReadSession, WriteSession
from db.models import FanImport, FanImportFailure
from db.owner_guard import crossing

NOW = func.clock_timestamp()


async def add(session: WriteSession, owner: UUID, fan_import_id: UUID, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        values = [{"user_id": owner, "fan_import_id": fan_import_id, **row} for row in rows]
        await session.execute(insert(FanImportFailure), values)


async def first_of_imports(
    session: ReadSession, owner: UUID, ids: Sequence[UUID], limit: int
) -> dict[UUID, list[FanImportFailure]]:
    """The first failed rows of each import, in the order of the file."""
    mine = (
        select(FanImportFailure)
        .where(FanImportFailure.user_id == owner, FanImportFailure.fan_import_id == FanImport.id)
        .order_by(FanImportFailure.row)
        .limit(limit)
        .correlate(FanImport)
        .lateral()
    )
    shown = aliased(FanImportFailure, mine)
    query = (
        select(shown)
        .select_from(FanImport)
        .join(shown, true())
        .where(FanImport.user_id == owner, FanImport.id.in_(ids))
        .order_by(shown.row)
    )
    found: dict[UUID, list[FanImportFailure]] = {each: [] for each in ids}
    for failure in (await session.scalars(query)).all():
        found[failure.fan_import_id].append(failure)
    return found


async def after(
    session: ReadSession, owner: UUID, fan_import_id: UUID, row: int, limit: int
) -> Sequence[FanImportFailure]:
    query = select(FanImportFailure).where(
        FanImportFailure.user_id == owner,
        FanImportFailure.fan_import_id == fan_import_id,
        FanImportFailure.row > row,
    )
    return (await session.scalars(query.order_by(FanImportFailure.row).limit(limit))).all()


async def of_imports_with(session: ReadSession, owner: UUID, ids: Sequence[UUID]) -> set[UUID]:
    """Those of the imports of which failed rows are kept."""
    query = select(FanImportFailure.fan_import_id).where(
        FanImportFailure.user_id == owner, FanImportFailure.fan_import_id.in_(ids)
    )
    return set((await session.scalars(query.distinct())).all())


async def count(session: ReadSession, owner: UUID, fan_import_id: UUID) -> int:
    query = select(func.count()).where(
        FanImportFailure.user_id == owner, FanImportFailure.fan_import_id == fan_import_id
    )
    return await session.scalar(query) or 0


async def remove(session: WriteSession, owner: UUID, fan_import_id: UUID) -> None:
    await session.execute(
        delete(FanImportFailure).where(
            FanImportFailure.user_id == owner, FanImportFailure.fan_import_id == fan_import_id
        )
    )


async def of_owner(
    session: ReadSession, owner: UUID, fan_import_id: UUID, row: int, limit: int
) -> Sequence[FanImportFailure]:
    """Those of all imports behind one of them, by import and row."""
    key = (FanImportFailure.fan_import_id, FanImportFailure.row)
    query = select(FanImportFailure).where(
        FanImportFailure.user_id == owner, tuple_(*key) > tuple_(literal(fan_import_id, Uuid), literal(row))
    )
    return (await session.scalars(query.order_by(*key).limit(limit))).all()


async def remove_rows(session: WriteSession, owner: UUID, fan_import_id: UUID, rows: Sequence[int]) -> None:
    await session.execute(
        delete(FanImportFailure).where(
            FanImportFailure.user_id == owner,
            FanImportFailure.fan_import_id == fan_import_id,
            FanImportFailure.row.in_(rows),
        )
    )


async def remove_old(session: WriteSession, older_than: timedelta, limit: int) -> int:
    """Of imports that ended so long ago; gives of how many."""
    kept = select(FanImportFailure.row).where(
        FanImportFailure.user_id == FanImport.user_id, FanImportFailure.fan_import_id == FanImport.id
    )
    query = (
        select(FanImport.user_id, FanImport.id)
        .where(FanImport.finished_at < NOW - older_than, FanImport.error_count > 0, kept.exists())
        .limit(limit)
    )
    rows = (await session.execute(query, execution_options=crossing("failed rows kept too long"))).all()
    for owner, fan_import_id in rows:
        await remove(session, owner, fan_import_id)
    return len(rows)
