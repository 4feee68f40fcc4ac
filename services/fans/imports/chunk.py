"""Carry out some rows of an import: look for the fans, decide, write. One transaction, handed in."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from db.engine import WriteSession
from db.models import FanImport
from db.queries import creator_accounts, fan_batches, fan_import_fans, fan_import_former_keys, known_fans
from db.queries.known_fans import KnownFan
from services.fans.imports.homes import Chosen, Homes, homes_of
from services.fans.imports.index import EMAIL, HANDLE, NAME, Index
from services.fans.imports.plan import Plan, Planner
from services.fans.imports.rows import BadRow, Row
from services.fans.imports.sameness import Home, Known, email_key, exact_name, handle_key
from services.fans.indexing import words_of

UPDATE = "UPDATE"


class Quicker(Exception):
    """Somebody else has stored or changed one of the fans meanwhile: the chunk is to be done again from its start."""


async def carry_out(session: WriteSession, fan_import: FanImport, rows: Sequence[Row | BadRow]) -> Plan:
    """Write what becomes of the rows; of a dry run what would. Raises Quicker; then the caller rolls back."""
    good = [row for row in rows if isinstance(row, Row)]
    homes = await _homes(session, fan_import, good)
    former = await fan_import_former_keys.of_file(session, fan_import, _asked_keys(good))
    fans = await _fans(session, fan_import, good, homes, [key.fan_id for key in former])
    # In a thread, so that whoever sends meanwhile is not held up; so below.
    plan = await asyncio.to_thread(_planned, rows, Index(fans, former), homes, fan_import.on_duplicate)
    if plan.former and fan_import.file_hash is not None:
        await fan_import_former_keys.add(session, fan_import, plan.former)
    if fan_import.dry_run:
        await _preview(session, fan_import, plan)
    else:
        await _write(session, fan_import, plan)
    return plan


def _planned(rows: Sequence[Row | BadRow], index: Index, homes: Homes, policy: str) -> Plan:
    return Planner(index, homes, update=policy == UPDATE).plan(rows)


async def _homes(session: WriteSession, fan_import: FanImport, rows: Sequence[Row]) -> Homes:
    accounts = await creator_accounts.of_owner(session, fan_import.user_id)
    chosen = Chosen(fan_import.platform, fan_import.creator_account_id)
    return homes_of((row.place for row in rows), accounts, chosen)


# ---- who is there already


def _asked_keys(rows: Sequence[Row]) -> list[tuple[str, str]]:
    """By what rows may have meant fans when the same file was imported before: the handle, or all else there is."""
    bare = [row for row in rows if row.handle is None]
    handles = _distinct(handle_key(row.handle) for row in rows)
    emails = _distinct(row.email and email_key(row.email) for row in bare)
    return [
        *((HANDLE, key) for key in handles),
        *((EMAIL, key) for key in emails),
        *((NAME, key) for key in _names(bare)),
    ]


async def _fans(
    session: WriteSession, fan_import: FanImport, rows: Sequence[Row], homes: Homes, former: Sequence[UUID]
) -> list[Known]:
    """Everybody the rows may mean, as she is stored or, in a dry run, as it would have left her."""
    found: dict[UUID, KnownFan] = {}
    for home, there in _at_home(rows, homes).items():
        found |= {fan.fan_id: fan for fan in await _stored(session, fan_import.user_id, home, there)}
    if former:
        found |= {fan.fan_id: fan for fan in await known_fans.by_ids(session, fan_import.user_id, former)}
    if fan_import.dry_run:
        found |= {fan.fan_id: fan for fan in await _previewed(session, fan_import, rows, [*found, *former])}
    return [_known(fan) for fan in found.values()]


def _at_home(rows: Sequence[Row], homes: Homes) -> Mapping[Home, Sequence[Row]]:
    """Those that are not in doubt, by where their fans belong: an account is asked once for all its rows."""
    found: defaultdict[Home, list[Row]] = defaultdict(list)
    for row in rows:
        home = homes[row.place]
        if isinstance(home, Home):
            found[home].append(row)
    return found


async def _stored(session: WriteSession, owner: UUID, home: Home, rows: Sequence[Row]) -> list[KnownFan]:
    here = (session, owner, home.platform, home.account_id)
    found = await known_fans.by_handles(*here, _distinct(handle_key(row.handle) for row in rows))
    with_handles = {handle_key(fan.handle) for fan in found}
    # A row whose handle is known needs no second look.
    others = [row for row in rows if row.handle is None or handle_key(row.handle) not in with_handles]
    if emails := _distinct(row.email and email_key(row.email) for row in others):
        found += await known_fans.by_emails(*here, emails)
    if names := _names(others):
        found += await known_fans.by_names(*here, list(names.values()), list(names), with_handles=False)
    if names := _names(row for row in others if row.handle is None):
        found += await known_fans.by_names(*here, list(names.values()), list(names), with_handles=True)
    return found


async def _previewed(
    session: WriteSession, fan_import: FanImport, rows: Sequence[Row], fan_ids: Sequence[UUID]
) -> list[KnownFan]:
    return await known_fans.previews(
        session,
        fan_import.user_id,
        fan_import.id,
        _distinct(handle_key(row.handle) for row in rows),
        _distinct(row.email and email_key(row.email) for row in rows),
        list(_names(rows)),
        fan_ids,
    )


def _distinct(keys: Iterable[str | None]) -> list[str]:
    return sorted({key for key in keys if key})


def _names(rows: Iterable[Row]) -> dict[str, str]:
    """A name as it is written, by the form in which names are compared."""
    return {exact_name(row.name): row.name for row in rows if row.name}


def _known(fan: KnownFan) -> Known:
    home = Home(fan.platform, fan.creator_account_id)
    return Known(home=home, tags=tuple(fan.tags), **{name: getattr(fan, name) for name in _SAME})


_SAME = ("fan_id", "name", "handle", "email", "value_cents", "last_seen_at", "deleted", "version")


# ---- writing


async def _write(session: WriteSession, fan_import: FanImport, plan: Plan) -> None:
    owner = fan_import.user_id
    if not plan.added and not plan.changed:
        return
    new = [fan for fan in plan.added.values() if fan.version == 0]
    there = [fan for fan in (*plan.added.values(), *plan.changed.values()) if fan.version > 0]
    # Words are made of every letter.
    added, changed = await asyncio.to_thread(lambda: (_columns(owner, new), _columns(owner, there)))
    if len(await fan_batches.add(session, owner, added)) < len(new):
        raise Quicker
    await fan_batches.lock(session, owner, [fan.fan_id for fan in there])
    versions = await fan_batches.change(session, owner, changed)
    if len(versions) < len(there):
        raise Quicker
    notes = [(fan.fan_id, versions.get(fan.fan_id, 1), fan.version > 0) for fan in plan.added.values()]
    await fan_import_fans.note(session, owner, fan_import.id, notes)
    own = {fan_id: version for fan_id, version in versions.items() if fan_id in plan.changed}
    await fan_import_fans.note_versions(session, owner, fan_import.id, own)


async def _preview(session: WriteSession, fan_import: FanImport, plan: Plan) -> None:
    fans = [*plan.added.values(), *plan.changed.values()]
    columns = [_described(fan) | {"email_key": fan.email and email_key(fan.email)} for fan in fans]
    await fan_batches.preview(
        session, fan_import.user_id, fan_import.id, [row | {"exact_name": exact_name(row["name"])} for row in columns]
    )


def _columns(owner: UUID, fans: Sequence[Known]) -> list[dict[str, Any]]:
    return [_described(fan) | {"words": words_of(owner, [fan.name, fan.handle, fan.email], fan.tags)} for fan in fans]


def _described(fan: Known) -> dict[str, Any]:
    """A fan as JSON can carry her."""
    return {
        "id": str(fan.fan_id),
        "platform": fan.home.platform,
        "creator_account_id": fan.home.account_id and str(fan.home.account_id),
        "name": fan.name,
        "handle": fan.handle,
        "handle_key": handle_key(fan.handle),
        "email": fan.email,
        "tags": list(fan.tags),
        "value_cents": fan.value_cents,
        "last_seen_at": fan.last_seen_at and fan.last_seen_at.isoformat(),
        "version": fan.version,
    }
