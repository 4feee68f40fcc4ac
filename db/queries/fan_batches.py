"""Fans written many at once: a chunk is one JSON text, and a statement whose shape never changes with its length."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Integer, Text, Uuid, any_, column, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import insert as upsert

from db.engine import WriteSession
from db.models import Fan, FanImportPreview

Texts = ARRAY(Text)


def _recordset(rows: Sequence[dict[str, Any]]) -> Any:
    """Rows as a table, from one JSON text."""
    columns = (
        column("id", Uuid),
        column("platform", Text),
        column("creator_account_id", Uuid),
        column("name", Text),
        column("handle", Text),
        column("handle_key", Text),
        column("email", Text),
        column("email_key", Text),
        column("exact_name", Text),
        column("tags", Texts),
        column("value_cents", BigInteger),
        column("last_seen_at", DateTime(timezone=True)),
        column("words", Texts),
        column("version", Integer),
    )
    given = func.jsonb_to_recordset(literal(list(rows), JSONB)).table_valued(*columns)
    return given.render_derived("given", with_types=True)


async def add(session: WriteSession, owner: UUID, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    """Store new fans; gives the ids of those that were stored. The others' handles were taken meanwhile."""
    given = _recordset(rows)
    names = ("id", "platform", "creator_account_id", "name", "handle", "handle_key", "email", "tags", "value_cents")
    source = select(
        literal(owner, Uuid),
        *(given.c[name] for name in names),
        given.c.last_seen_at,
        func.array_to_tsvector(given.c.words),
    )
    statement = upsert(Fan).from_select(["user_id", *names, "last_seen_at", "search"], source)
    stored = await session.scalars(statement.on_conflict_do_nothing().returning(Fan.id))
    return set(stored.all())


async def change(session: WriteSession, owner: UUID, rows: Sequence[dict[str, Any]]) -> dict[UUID, int]:
    """Write fans who are there, each in the version she was read in; gives the new versions of those that were."""
    given = _recordset(rows)
    names = ("name", "handle", "handle_key", "email", "tags", "value_cents", "last_seen_at")
    # Told twice who they are: while the table has no statistics, the planner compares all of an owner's fans with all
    # of the given ones, and thinks that she has one.
    these = literal([UUID(row["id"]) for row in rows], ARRAY(Uuid))
    statement = (
        update(Fan)
        .where(Fan.user_id == owner, Fan.id == any_(these), Fan.id == given.c.id)
        .where(Fan.version == given.c.version, Fan.erased_at.is_(None))
        .values(
            {name: given.c[name] for name in names}
            | {"search": func.array_to_tsvector(given.c.words), "deleted_at": None, "version": Fan.version + 1}
        )
        .returning(Fan.id, Fan.version)
    )
    return {row[0]: row[1] for row in await session.execute(statement)}


async def lock(session: WriteSession, owner: UUID, fan_ids: Sequence[UUID]) -> None:
    """In one order, so that two who change the same fans wait for each other and not in a ring."""
    query = select(Fan.id).where(Fan.user_id == owner, Fan.id == any_(literal(list(fan_ids), ARRAY(Uuid))))
    await session.execute(query.order_by(Fan.id).with_for_update(key_share=True))


async def preview(session: WriteSession, owner: UUID, fan_import_id: UUID, rows: Sequence[dict[str, Any]]) -> None:
    """Keep what a dry run would have written."""
    given = _recordset(rows)
    names = (
        "platform", "creator_account_id", "name", "handle", "handle_key", "email", "email_key", "exact_name", "tags",
        "value_cents", "last_seen_at", "version",
    )  # fmt: skip
    source = select(
        literal(owner, Uuid),
        literal(fan_import_id, Uuid),
        given.c.id,
        *(given.c[name] for name in names),
        literal(False),
    )
    columns = ["user_id", "fan_import_id", "fan_id", *names, "deleted"]
    statement = upsert(FanImportPreview).from_select(columns, source)
    key = [FanImportPreview.user_id, FanImportPreview.fan_import_id, FanImportPreview.fan_id]
    changes = {name: statement.excluded[name] for name in (*names, "deleted")}
    await session.execute(statement.on_conflict_do_update(index_elements=key, set_=changes))
