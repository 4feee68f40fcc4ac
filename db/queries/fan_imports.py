"""Imports of fans: stored, taken by one worker at a time, carried on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update
from sqlalchemy.orm import aliased

from db.engine import ReadSession, WriteSession
from db.models import FanImport, FanImportFile
from db.owner_guard import crossing
from db.queries.keyset import Page, Position, Window
from db.queries.row_order import page, within
from db.queries.rows_by_id import rows_by_id

NOW = func.clock_timestamp()
OPEN = ("PENDING", "RUNNING")
ORDER = (FanImport.created_at, FanImport.id)


async def get(session: ReadSession, owner: UUID, fan_import_id: UUID) -> FanImport | None:
    return await session.get(FanImport, (owner, fan_import_id))


async def get_many(session: ReadSession, owner: UUID, ids: Sequence[UUID]) -> Sequence[FanImport]:
    return await rows_by_id(session, FanImport, owner, ids)


def position(row: FanImport) -> Position:
    return row.created_at, row.id


async def read_list(
    session: ReadSession, owner: UUID, account_ids: tuple[UUID, ...] | None, window: Window
) -> Page[FanImport]:
    """Newest first; of all accounts, and of none, where `account_ids` is None."""
    query = select(FanImport).where(FanImport.user_id == owner, *_of(account_ids))
    rows = (await session.scalars(within(query, ORDER, window, descending=True))).all()
    return page(rows, window, position)


async def count(session: ReadSession, owner: UUID, account_ids: tuple[UUID, ...] | None) -> int:
    query = select(func.count()).select_from(FanImport).where(FanImport.user_id == owner, *_of(account_ids))
    return await session.scalar(query) or 0


def _of(account_ids: tuple[UUID, ...] | None) -> Iterator[ColumnElement[bool]]:
    if account_ids is not None:
        yield FanImport.creator_account_id.in_(account_ids)


async def lock(session: WriteSession, owner: UUID, fan_import_id: UUID) -> FanImport | None:
    query = select(FanImport).where(FanImport.user_id == owner, FanImport.id == fan_import_id)
    return await session.scalar(query.with_for_update().execution_options(populate_existing=True))


async def change(session: WriteSession, owner: UUID, fan_import_id: UUID, **values: Any) -> FanImport:
    statement = (
        update(FanImport)
        .where(FanImport.user_id == owner, FanImport.id == fan_import_id)
        .values(version=FanImport.version + 1, **values)
        .returning(FanImport)
    )
    return (await session.scalars(statement, execution_options={"populate_existing": True})).one()


# ---- one worker at a time


def _free(row: Any) -> ColumnElement[bool]:
    return or_(row.leased_until.is_(None), row.leased_until < NOW)


async def waiting(session: ReadSession) -> tuple[UUID, UUID] | None:
    """(owner, id) of the import that nobody has worked on longest. An owner's imports go one after another."""
    other = aliased(FanImport)
    busy = select(other.id).where(other.user_id == FanImport.user_id, other.status.in_(OPEN), other.leased_until >= NOW)
    query = (
        select(FanImport.user_id, FanImport.id)
        .where(FanImport.status.in_(OPEN), _free(FanImport), ~busy.exists())
        .order_by(FanImport.updated_at)
        .limit(1)
    )
    row = (await session.execute(query, execution_options=crossing("imports nobody works on"))).one_or_none()
    return None if row is None else (row[0], row[1])


async def lease(
    session: WriteSession, owner: UUID, fan_import_id: UUID, lease_id: UUID, length: timedelta
) -> FanImport | None:
    """Take an import that is not done and that nobody else holds; None where there is nothing to take."""
    statement = (
        update(FanImport)
        .where(FanImport.user_id == owner, FanImport.id == fan_import_id, FanImport.status.in_(OPEN), _free(FanImport))
        .values(
            status="RUNNING",
            started_at=func.coalesce(FanImport.started_at, NOW),
            lease_id=lease_id,
            leased_until=NOW + length,
            attempts=FanImport.attempts + 1,
            version=FanImport.version + 1,
        )
        .returning(FanImport)
    )
    return await session.scalar(statement, execution_options={"populate_existing": True})


async def held(session: WriteSession, owner: UUID, fan_import_id: UUID, lease_id: UUID) -> FanImport | None:
    """The import, locked until the commit; None where the lease was lost, so that nothing may be written."""
    query = select(FanImport).where(
        FanImport.user_id == owner,
        FanImport.id == fan_import_id,
        FanImport.lease_id == lease_id,
        FanImport.status == "RUNNING",
    )
    return await session.scalar(query.with_for_update().execution_options(populate_existing=True))


async def release(session: WriteSession, owner: UUID, fan_import_id: UUID, lease_id: UUID) -> None:
    """Give it back for others to take. Nothing happens where the lease was lost."""
    await session.execute(
        update(FanImport)
        .where(FanImport.user_id == owner, FanImport.id == fan_import_id, FanImport.lease_id == lease_id)
        .values(lease_id=None, leased_until=None)
    )


# ---- the upload


async def add(session: WriteSession, row: FanImport, content: bytes) -> None:
    """Store an import with its upload."""
    session.add(row)
    await session.flush()
    await session.execute(insert(FanImportFile).values(user_id=row.user_id, fan_import_id=row.id, content=content))


async def unconfirmed(session: WriteSession, owner: UUID, *, behind: int) -> Sequence[UUID]:
    """Finished dry runs whose upload is kept, without the newest `behind` and what is being confirmed; locked."""
    kept = select(FanImportFile.fan_import_id).where(FanImportFile.user_id == owner)
    finished = (FanImport.user_id == owner, FanImport.status.not_in(OPEN))
    old = select(FanImport.id).where(*finished, FanImport.id.in_(kept)).order_by(FanImport.created_at.desc())
    query = select(FanImport.id).where(*finished, FanImport.id.in_(old.offset(behind)))
    return (await session.scalars(query.with_for_update(skip_locked=True))).all()


async def upload(session: ReadSession, owner: UUID, fan_import_id: UUID) -> bytes | None:
    query = select(FanImportFile.content).where(
        FanImportFile.user_id == owner, FanImportFile.fan_import_id == fan_import_id
    )
    return await session.scalar(query)


async def has_upload(session: ReadSession, owner: UUID, fan_import_id: UUID) -> bool:
    query = select(FanImportFile.fan_import_id).where(
        FanImportFile.user_id == owner, FanImportFile.fan_import_id == fan_import_id
    )
    return await session.scalar(query) is not None


async def with_uploads(session: WriteSession, owner: UUID) -> Sequence[FanImport]:
    """The owner's imports whose upload is still kept; each locked."""
    kept = select(FanImportFile.fan_import_id).where(FanImportFile.user_id == owner)
    query = select(FanImport).where(FanImport.user_id == owner, FanImport.id.in_(kept)).order_by(FanImport.id)
    return (await session.scalars(query.with_for_update().execution_options(populate_existing=True))).all()


async def replace_upload(session: WriteSession, owner: UUID, fan_import_id: UUID, content: bytes) -> None:
    """Whoever reads the former content finds out by the import's revision."""
    await session.execute(
        update(FanImportFile)
        .where(FanImportFile.user_id == owner, FanImportFile.fan_import_id == fan_import_id)
        .values(content=content)
    )
    await change(session, owner, fan_import_id, revision=FanImport.revision + 1)


async def remove_uploads(session: WriteSession, owner: UUID, ids: Sequence[UUID]) -> None:
    await session.execute(
        delete(FanImportFile).where(FanImportFile.user_id == owner, FanImportFile.fan_import_id.in_(ids))
    )


async def remove_old_uploads(session: WriteSession, older_than: timedelta, limit: int) -> int:
    """Of dry runs that nobody has confirmed in time, or is confirming, oldest first; gives how many."""
    query = (
        select(FanImport.user_id, FanImport.id)
        .join(
            FanImportFile,
            (FanImportFile.user_id == FanImport.user_id) & (FanImportFile.fan_import_id == FanImport.id),
        )
        .where(FanImport.status.not_in(OPEN), FanImport.finished_at < NOW - older_than)
        .order_by(FanImport.finished_at)
        .limit(limit)
        .with_for_update(of=FanImport, skip_locked=True)
    )
    rows = (await session.execute(query, execution_options=crossing("uploads nobody confirmed"))).all()
    for owner, fan_import_id in rows:
        await remove_uploads(session, owner, [fan_import_id])
    return len(rows)
