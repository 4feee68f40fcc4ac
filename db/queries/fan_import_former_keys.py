"""What files have called fans who are not called so, or not any more; asked for the same file again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import LargeBinary, Text, Uuid, any_, column, delete, func, literal, select, true, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert

from db.engine import ReadSession, WriteSession
from db.models import FanImport, FanImportFormerKey

IN_EARNEST = UUID(int=0)
Texts = ARRAY(Text)


class FormerKey(NamedTuple):
    """`title`: of its column; `key`: a handle, an address or a name as they are compared."""

    title: str
    key: str
    fan_id: UUID


async def of_file(session: ReadSession, fan_import: FanImport, keys: Sequence[tuple[str, str]]) -> list[FormerKey]:
    """Who was called so, as (title, key): by imports of the file, and by this one where it is a dry run."""
    wanted = func.unnest(*_arrays(keys)).table_valued(column("title", Text), column("key", Text))
    wanted = wanted.render_derived("wanted")
    kept = (
        select(FanImportFormerKey.title, FanImportFormerKey.key, FanImportFormerKey.fan_id)
        .where(
            FanImportFormerKey.user_id == fan_import.user_id,
            FanImportFormerKey.file_hash == fan_import.file_hash,
            FanImportFormerKey.rehearsal.in_((IN_EARNEST, fan_import.id)),
            FanImportFormerKey.title == wanted.c.title,
            FanImportFormerKey.key == wanted.c.key,
        )
        .offset(0)
        .lateral()
    )
    found = await session.execute(select(kept).select_from(wanted).join(kept, true()))
    return list({FormerKey(*row) for row in found})


async def add(session: WriteSession, fan_import: FanImport, keys: Sequence[FormerKey]) -> None:
    """What is known of the file already is not kept again, however often it is imported."""
    given = func.unnest(
        *_arrays((key.title, key.key) for key in keys), literal([key.fan_id for key in keys], ARRAY(Uuid))
    ).table_valued(column("title", Text), column("key", Text), column("fan_id", Uuid))
    given = given.render_derived("given")
    rehearsal = fan_import.id if fan_import.dry_run else IN_EARNEST
    place = (literal(fan_import.user_id, Uuid), literal(fan_import.file_hash, LargeBinary), literal(rehearsal, Uuid))
    source = select(*place, given.c.title, given.c.key, given.c.fan_id)
    columns = ["user_id", "file_hash", "rehearsal", "title", "key", "fan_id"]
    await session.execute(upsert(FanImportFormerKey).from_select(columns, source).on_conflict_do_nothing())


def _arrays(keys: Iterable[tuple[str, str]]) -> list[Any]:
    pairs = list(keys)
    return [literal([pair[place] for pair in pairs], Texts) for place in (0, 1)]


async def remove_rehearsed(session: WriteSession, fan_import: FanImport) -> None:
    """What a dry run has kept; of an import nothing."""
    await session.execute(
        delete(FanImportFormerKey).where(
            FanImportFormerKey.user_id == fan_import.user_id,
            FanImportFormerKey.file_hash == fan_import.file_hash,
            FanImportFormerKey.rehearsal == fan_import.id,
        )
    )


async def forget(session: WriteSession, owner: UUID, fan_ids: Sequence[UUID]) -> None:
    """Of fans of whom nothing is to be known any more."""
    await session.execute(
        delete(FanImportFormerKey).where(
            FanImportFormerKey.user_id == owner, FanImportFormerKey.fan_id == any_(literal(list(fan_ids), ARRAY(Uuid)))
        )
    )


async def forget_keys(session: WriteSession, owner: UUID, keys: Sequence[tuple[str, str]]) -> None:
    """Whoever was meant by one of these, as (title, key)."""
    former = tuple_(FanImportFormerKey.title, FanImportFormerKey.key)
    await session.execute(delete(FanImportFormerKey).where(FanImportFormerKey.user_id == owner, former.in_(keys)))
