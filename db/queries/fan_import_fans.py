"""Which fans an import added, for the case that it is undone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, Integer, Table, Uuid, any_, column, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import insert as upsert

from db.engine import WriteSession
from db.models import Base, Fan, FanImportFan, FanImportPreview
from db.queries.fan_departures import ERASED_NAME

NOW = func.clock_timestamp()

NO_TOUCH = frozenset({"fan_import_fans", "messages"})
"""Tables that refer to fans and tell nothing more: our own, and messages, none of which is without a conversation."""


async def note(session: WriteSession, owner: UUID, fan_import_id: UUID, rows: Sequence[tuple[UUID, int, bool]]) -> None:
    """Remember added fans as (fan, version, brought back)."""
    given = _given([{"fan_id": str(fan), "version": version, "back": back} for fan, version, back in rows])
    columns = ["user_id", "fan_import_id", "fan_id", "version", "brought_back"]
    source = select(literal(owner, Uuid), literal(fan_import_id, Uuid), given.c.fan_id, given.c.version, given.c.back)
    statement = upsert(FanImportFan).from_select(columns, source)
    key = [FanImportFan.user_id, FanImportFan.fan_import_id, FanImportFan.fan_id]
    await session.execute(
        statement.on_conflict_do_update(index_elements=key, set_={"version": statement.excluded.version})
    )


async def note_versions(session: WriteSession, owner: UUID, fan_import_id: UUID, versions: Mapping[UUID, int]) -> None:
    """The import itself has changed fans further, each by one version: those that it added are as untouched as before.

    Who was changed by somebody else in between is left as she was noted, and so counts as touched.
    """
    given = _given([{"fan_id": str(fan), "version": version} for fan, version in versions.items()])
    await session.execute(
        update(FanImportFan)
        .where(
            FanImportFan.user_id == owner,
            FanImportFan.fan_import_id == fan_import_id,
            FanImportFan.fan_id == any_(literal(list(versions), ARRAY(Uuid))),  # as in fan_batches
            FanImportFan.fan_id == given.c.fan_id,
            FanImportFan.version == given.c.version - 1,
        )
        .values(version=given.c.version)
    )


def _given(rows: Sequence[dict[str, Any]]) -> Any:
    columns = (column("fan_id", Uuid), column("version", Integer), column("back", Boolean))
    given = func.jsonb_to_recordset(literal(list(rows), JSONB)).table_valued(*columns)
    return given.render_derived("given", with_types=True)


class Added(NamedTuple):
    """A fan that an import added, as she is now. `touched`: somebody has had to do with her since."""

    fan_id: UUID
    creator_account_id: UUID | None
    brought_back: bool
    deleted: bool
    touched: bool


async def some(session: WriteSession, owner: UUID, fan_import_id: UUID, limit: int) -> list[Added]:
    """Fans it added, locked, so that nobody changes them or refers to them meanwhile."""
    noted = await session.execute(
        select(FanImportFan.fan_id, FanImportFan.version, FanImportFan.brought_back)
        .where(FanImportFan.user_id == owner, FanImportFan.fan_import_id == fan_import_id)
        .order_by(FanImportFan.fan_id)
        .limit(limit)
    )
    left = {row[0]: (row[1], row[2]) for row in noted}
    fan_ids = literal(list(left), ARRAY(Uuid))
    locked = await session.execute(
        select(Fan.id, Fan.creator_account_id, Fan.version, Fan.deleted_at.is_not(None))
        .where(Fan.user_id == owner, Fan.id == any_(fan_ids))
        .order_by(Fan.id)
        .with_for_update()
    )
    rows = locked.all()
    referred = {fan for query in _referring(owner, fan_ids) for fan in (await session.scalars(query)).all()}
    return [
        Added(fan_id, account, left[fan_id][1], deleted, fan_id in referred or version != left[fan_id][0])
        for fan_id, account, version, deleted in rows
    ]


def _referring(owner: UUID, fan_ids: ColumnElement[Any]) -> Iterator[Any]:
    """Which of the fans each other table refers to; a table that is made later counts as well."""
    for table, name in _references():
        yield select(table.c[name]).where(table.c.user_id == owner, table.c[name] == any_(fan_ids)).distinct()


def _references() -> Iterator[tuple[Table, str]]:
    for table in Base.metadata.sorted_tables:
        for reference in table.foreign_key_constraints:
            if reference.referred_table is Fan.__table__ and table.name not in NO_TOUCH:
                yield table, next(name for name in reference.column_keys if name != "user_id")


async def take_back(session: WriteSession, owner: UUID, fan_ids: Sequence[UUID]) -> None:
    """Fans who would not be there without the import: nothing is known of them any more."""
    cleared = ("handle", "handle_key", "email", "avatar", "notes", "platform_fan_id", "last_seen_at", "search")
    await session.execute(
        update(Fan)
        .where(Fan.user_id == owner, Fan.id == any_(literal(list(fan_ids), ARRAY(Uuid))))
        .values(
            name=ERASED_NAME, tags=[], value_cents=0, deleted_at=NOW, erased_at=NOW, version=Fan.version + 1,
            **dict.fromkeys(cleared),
        )
    )  # fmt: skip


async def delete_again(session: WriteSession, owner: UUID, fan_ids: Sequence[UUID]) -> None:
    """Fans who had been deleted before the import brought them back."""
    await session.execute(
        update(Fan)
        .where(Fan.user_id == owner, Fan.id == any_(literal(list(fan_ids), ARRAY(Uuid))))
        .values(deleted_at=NOW, version=Fan.version + 1)
    )


async def forget(session: WriteSession, owner: UUID, fan_import_id: UUID, fan_ids: Sequence[UUID]) -> None:
    await session.execute(
        delete(FanImportFan).where(
            FanImportFan.user_id == owner,
            FanImportFan.fan_import_id == fan_import_id,
            FanImportFan.fan_id == any_(literal(list(fan_ids), ARRAY(Uuid))),
        )
    )


async def remove_previews(session: WriteSession, owner: UUID, fan_import_id: UUID) -> None:
    """What a dry run has kept of fans; at its end, or where somebody is to be forgotten, all of it."""
    await session.execute(
        delete(FanImportPreview).where(
            FanImportPreview.user_id == owner, FanImportPreview.fan_import_id == fan_import_id
        )
    )
