"""What files have called fans before they called them otherwise; asked for the same file again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Text,
    Uuid,
    and_,
    any_,
    column,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY

from db.engine import ReadSession, WriteSession
from db.models import FanImport, FanImportFormerKey

Texts = ARRAY(Text)


class FormerKey(NamedTuple):
    """`title`: of its column; `key`: an address or a name as they are compared."""

    title: str
    key: str
    fan_id: UUID


async def of_file(session: ReadSession, fan_import: FanImport, keys: Sequence[tuple[str, str]]) -> list[FormerKey]:
    """Who was called so, as (title, key), by this import or by another of the same file that was no dry run."""
    wanted = func.unnest(*_arrays(keys)).table_valued(column("title", Text), column("key", Text))
    wanted = wanted.render_derived("wanted")
    same = tuple_(FanImportFormerKey.title, FanImportFormerKey.key) == tuple_(wanted.c.title, wanted.c.key)
    query = (
        select(FanImportFormerKey.title, FanImportFormerKey.key, FanImportFormerKey.fan_id)
        .distinct()
        .join(wanted, same)
        .where(*_known_to(fan_import))
    )
    return [FormerKey(*row) for row in await session.execute(query)]


async def add(session: WriteSession, fan_import: FanImport, keys: Sequence[FormerKey]) -> None:
    """What an import of the file knows already is not kept again, however often it is imported."""
    given = func.unnest(
        *_arrays((key.title, key.key) for key in keys), literal([key.fan_id for key in keys], ARRAY(Uuid))
    ).table_valued(column("title", Text), column("key", Text), column("fan_id", Uuid))
    given = given.render_derived("given")
    columns = (given.c.title, given.c.key, given.c.fan_id)
    known = select(FanImportFormerKey.fan_id).where(
        *_known_to(fan_import),
        tuple_(FanImportFormerKey.title, FanImportFormerKey.key, FanImportFormerKey.fan_id) == tuple_(*columns),
    )
    source = select(literal(fan_import.user_id, Uuid), literal(fan_import.id, Uuid), *columns).distinct()
    await session.execute(
        insert(FanImportFormerKey).from_select(
            ["user_id", "fan_import_id", "title", "key", "fan_id"], source.where(~known.exists())
        )
    )


def _known_to(fan_import: FanImport) -> Iterator[ColumnElement[bool]]:
    """To an import: its own, and those of all others of the same file that were no dry run."""
    owner = fan_import.user_id
    others = and_(FanImport.file_hash == fan_import.file_hash, FanImport.dry_run.is_(False))
    same_file = select(FanImport.id).where(FanImport.user_id == owner, or_(FanImport.id == fan_import.id, others))
    yield FanImportFormerKey.user_id == owner
    yield FanImportFormerKey.fan_import_id.in_(same_file)


def _arrays(keys: Iterable[tuple[str, str]]) -> list[Any]:
    pairs = list(keys)
    return [literal([pair[place] for pair in pairs], Texts) for place in (0, 1)]


async def remove(session: WriteSession, owner: UUID, fan_import_id: UUID) -> None:
    await session.execute(
        delete(FanImportFormerKey).where(
            FanImportFormerKey.user_id == owner, FanImportFormerKey.fan_import_id == fan_import_id
        )
    )


async def forget(session: WriteSession, owner: UUID, fan_ids: Sequence[UUID]) -> None:
    """Of fans of whom nothing is to be known any more."""
    await session.execute(
        delete(FanImportFormerKey).where(
            FanImportFormerKey.user_id == owner, FanImportFormerKey.fan_id == any_(literal(list(fan_ids), ARRAY(Uuid)))
        )
    )
