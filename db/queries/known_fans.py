"""Fans as an import recognises them: by handle, by e-mail address, by name; many in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, Uuid, and_, any_, collate, column, func, literal, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from db.engine import ReadSession
from db.models import Fan, FanImportPreview

ENOUGH = 4
"""Of the fans who have an address or a name in common; two are too many to tell which is meant."""

Texts = ARRAY(Text)


class KnownFan(NamedTuple):
    fan_id: UUID
    platform: str
    creator_account_id: UUID | None
    name: str
    handle: str | None
    email: str | None
    tags: list[str]
    value_cents: int
    last_seen_at: datetime | None
    deleted: bool
    version: int


STORED: Sequence[Any] = (
    Fan.id, Fan.platform, Fan.creator_account_id, Fan.name, Fan.handle, Fan.email, Fan.tags, Fan.value_cents,
    Fan.last_seen_at, Fan.deleted_at.is_not(None).label("deleted"), Fan.version,
)  # fmt: skip
PREVIEWED: Sequence[Any] = (
    FanImportPreview.fan_id, FanImportPreview.platform, FanImportPreview.creator_account_id, FanImportPreview.name,
    FanImportPreview.handle, FanImportPreview.email, FanImportPreview.tags, FanImportPreview.value_cents,
    FanImportPreview.last_seen_at, FanImportPreview.deleted, FanImportPreview.version,
)  # fmt: skip


def _array(values: Sequence[str]) -> ColumnElement[Any]:
    return literal(list(values), Texts)


def _with(owner: UUID, *key: ColumnElement[bool]) -> Any:
    """Fans of an owner who have what an index leads to, and no other condition, which OFFSET 0 keeps so.

    With more the planner may take another index and read all of the owner's fans for each thing that is looked up,
    while its statistics are those of a table that was empty a minute ago.
    """
    found = select(*STORED, Fan.handle_key, Fan.erased_at).where(Fan.user_id == owner, *key)
    return found.offset(0).lateral("found")


def _here(found: Any, platform: str, creator_account_id: UUID | None) -> ColumnElement[bool]:
    """On one account, deleted ones included; of an erased one nothing is known any more."""
    account = found.c.creator_account_id == creator_account_id
    return and_(found.c.platform == platform, account, found.c.erased_at.is_(None))


def _nearest(wanted: Any, found: Any, key: Any, *order: Any) -> Select[Any]:
    """Of each key ENOUGH fans, in this order."""
    place = func.row_number().over(partition_by=key, order_by=(*order, found.c.id)).label("place")
    return select(*list(found.c)[: len(STORED)], place).select_from(wanted).join(found, true())


async def _read_nearest(session: ReadSession, nearest: Select[Any]) -> list[KnownFan]:
    ranked = nearest.subquery()
    return await _read(session, select(*list(ranked.c)[: len(STORED)]).where(ranked.c.place <= ENOUGH))


async def by_handles(
    session: ReadSession, owner: UUID, platform: str, creator_account_id: UUID | None, keys: Sequence[str]
) -> list[KnownFan]:
    wanted = func.unnest(_array(keys)).table_valued(column("key", Text)).render_derived("wanted")
    home = (Fan.platform == platform, Fan.creator_account_id == creator_account_id)
    found = _with(owner, *home, Fan.handle_key == wanted.c.key)
    one = select(*list(found.c)[: len(STORED)]).select_from(wanted).join(found, true())
    return await _read(session, one.where(_here(found, platform, creator_account_id)))


async def by_emails(
    session: ReadSession, owner: UUID, platform: str, creator_account_id: UUID | None, keys: Sequence[str]
) -> list[KnownFan]:
    """Of each address ENOUGH fans: living ones first, then those who are known by nothing stronger."""
    wanted = func.unnest(_array(keys)).table_valued(column("key", Text)).render_derived("wanted")
    found = _with(owner, func.lower(Fan.email.collate("C")) == wanted.c.key)
    nearest = _nearest(wanted, found, wanted.c.key, found.c.deleted, found.c.handle_key.is_not(None))
    return await _read_nearest(session, nearest.where(_here(found, platform, creator_account_id)))


async def by_names(
    session: ReadSession,
    owner: UUID,
    platform: str,
    creator_account_id: UUID | None,
    names: Sequence[str],
    exact: Sequence[str],
    *,
    with_handles: bool,
) -> list[KnownFan]:
    """Of each name ENOUGH fans, those who are known by nothing stronger first. `exact`: the names as they are compared.

    Either living fans who have a handle, or all who have none.
    """
    given = func.unnest(_array(names), _array(exact)).table_valued(column("name", Text), column("exact", Text))
    given = given.render_derived("given")
    wanted = select(_sorted_name(given.c.name).label("key"), given.c.exact).cte("wanted").prefix_with("MATERIALIZED")
    found = _with(owner, Fan.name_key == wanted.c.key)
    nearest = _nearest(wanted, found, wanted.c.exact, found.c.deleted, found.c.email.is_not(None)).where(
        _here(found, platform, creator_account_id),
        found.c.handle_key.is_not(None) if with_handles else found.c.handle_key.is_(None),
        found.c.deleted.is_(False) if with_handles else true(),
        func.lower(collate(func.pg_catalog.normalize(found.c.name, "NFC"), "C")) == wanted.c.exact,
    )
    return await _read_nearest(session, nearest)


def _sorted_name(name: ColumnElement[str]) -> ColumnElement[str]:
    """As PostgreSQL derives `name_key`."""
    bare = func.regexp_replace(func.pg_catalog.normalize(name, "NFKD"), "[\u0300-\u036f]", "", "g")
    return collate(func.left(func.lower(bare), 100), "C")


async def by_ids(session: ReadSession, owner: UUID, fan_ids: Sequence[UUID]) -> list[KnownFan]:
    """Those of whom anything is known."""
    wanted = any_(literal(list(fan_ids), ARRAY(Uuid)))
    return await _read(session, select(*STORED).where(Fan.user_id == owner, Fan.id == wanted, Fan.erased_at.is_(None)))


async def previews(
    session: ReadSession,
    owner: UUID,
    fan_import_id: UUID,
    handles: Sequence[str],
    emails: Sequence[str],
    exact: Sequence[str],
    fan_ids: Sequence[UUID],
) -> list[KnownFan]:
    """What a dry run would have written so far of fans with these handles, addresses, names or ids."""
    keys: Sequence[tuple[Any, Any]] = (
        (FanImportPreview.handle_key, _array(handles)),
        (FanImportPreview.email_key, _array(emails)),
        (FanImportPreview.exact_name, _array(exact)),
        (FanImportPreview.fan_id, literal(list(fan_ids), ARRAY(Uuid))),
    )
    found: dict[UUID, KnownFan] = {}
    for kept, wanted in keys:
        query = select(*PREVIEWED).where(
            FanImportPreview.user_id == owner, FanImportPreview.fan_import_id == fan_import_id, kept == any_(wanted)
        )
        found |= {row.fan_id: row for row in await _read(session, query)}
    return list(found.values())


async def _read(session: ReadSession, query: Select[Any]) -> list[KnownFan]:
    return [KnownFan(*row) for row in await session.execute(query)]
