"""An import finds fans by an index each, also while nothing is known of how many there are."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import event

from db.engine import Database, WriteSession
from db.models import Fan, FanImport, FanImportFormerKey, new_id
from db.queries import fan_batches, fan_import_fans, fan_import_former_keys, known_fans
from tests.stored import a_user, account, fan, opened, store, writing

MANY = 3_000
CHUNK = 500
KEYS = [f"nobody {n}" for n in range(CHUNK)]
HOME = UUID(int=1)
FILE = b"x" * 32

Ask = Callable[[WriteSession, UUID], Awaitable[Any]]


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url) as found:
        yield found


async def many_fans(database: Database) -> list[Fan]:
    owner = await a_user(database)
    home = account(owner, "a")
    fans = [
        fan(owner, home.id, name=f"Fan {n}", handle=f"@fan{n}", handle_key=f"fan{n}", email=f"{n}@x.com")
        for n in range(MANY)
    ]
    await store(database, home, *fans)
    return fans


def _by_names(with_handles: bool) -> Ask:
    return lambda session, owner: known_fans.by_names(
        session, owner, "SANDBOX", HOME, KEYS, KEYS, with_handles=with_handles
    )


@pytest.mark.parametrize(
    ("ask", "index", "columns"),
    [
        (lambda session, owner: known_fans.by_handles(session, owner, "SANDBOX", HOME, KEYS), "uq_fans_handle_key", 4),
        (lambda session, owner: known_fans.by_emails(session, owner, "SANDBOX", HOME, KEYS), "ix_fans_email", 2),
        (_by_names(True), "ix_fans_called", 2),
        (_by_names(False), "ix_fans_called", 2),
    ],
)
async def test_each_thing_leads_to_its_own_index(
    database: Database, database_url: str, ask: Ask, index: str, columns: int
) -> None:
    [her, *_] = await many_fans(database)

    assert await search(database, database_url, ask, her.user_id) == (index, columns)


async def test_former_keys_too(database: Database, database_url: str) -> None:
    owner = await a_user(database)
    place = {"user_id": owner, "file_hash": FILE, "rehearsal": fan_import_former_keys.IN_EARNEST, "title": "Email"}
    await store(database, *(FanImportFormerKey(key=f"{n}@x.com", fan_id=new_id(), **place) for n in range(MANY)))
    given = FanImport(user_id=owner, id=new_id(), file_hash=FILE)

    def ask(session: WriteSession, _: UUID) -> Awaitable[Any]:
        return fan_import_former_keys.of_file(session, given, [("Email", key) for key in KEYS])

    assert await search(database, database_url, ask, owner) == ("pk_fan_import_former_keys", 5)


async def test_those_who_are_written_are_not_compared_with_everybody(database: Database, database_url: str) -> None:
    fans = await many_fans(database)
    usual = {"name": "Mia", "tags": [], "value_cents": 0, "words": [], "version": 1}
    rows = [usual | {"id": str(each.id)} for each in fans[:CHUNK]]

    plan = await planned(
        database, database_url, lambda session, owner: fan_batches.change(session, owner, rows), fans[0].user_id
    )

    assert "id = ANY" in _conditions(plan, "fans")


async def test_nor_are_their_versions(database: Database, database_url: str) -> None:
    fans = await many_fans(database)
    owner, upload = fans[0].user_id, FanImport(user_id=fans[0].user_id, id=new_id(), platform="SANDBOX", file_name="a")
    await store(database, upload)
    await writing(
        database, lambda session: fan_import_fans.note(session, owner, upload.id, [(f.id, 1, False) for f in fans])
    )
    versions = {each.id: 2 for each in fans[:CHUNK]}

    plan = await planned(
        database,
        database_url,
        lambda session, of: fan_import_fans.note_versions(session, of, upload.id, versions),
        owner,
    )

    assert "fan_id = ANY" in _conditions(plan, "fan_import_fans")


async def planned(database: Database, database_url: str, ask: Ask, owner: UUID) -> list[str]:
    """The plan of the statement that is asked, as the database would choose it now."""
    asked: list[tuple[str, Any]] = []

    def hear(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    event.listen(database.engine.sync_engine, "before_cursor_execute", hear)
    await writing(database, lambda session: ask(session, owner))
    event.remove(database.engine.sync_engine, "before_cursor_execute", hear)
    [(statement, parameters)] = asked
    connection = await asyncpg.connect(database_url.replace("+asyncpg", ""))
    try:
        lines = await connection.fetch(f"EXPLAIN {statement}", *parameters)
    finally:
        await connection.close()
    return [line[0].partition("  (cost")[0].strip() for line in lines]


async def search(database: Database, database_url: str, ask: Ask, owner: UUID) -> tuple[str, int]:
    """The index that is searched in for each key, and by how many of its columns."""
    plan = await planned(database, database_url, ask, owner)
    [scan] = [place for place, line in enumerate(plan) if "Scan using" in line]
    return plan[scan].partition("using ")[2].split()[0], plan[scan + 1].count(" = ")


def _conditions(plan: list[str], table: str) -> str:
    """Of the scan of a table."""
    [scan] = [place for place, line in enumerate(plan) if "Scan" in line and line.endswith(f" on {table}")]
    return " ".join(plan[scan + 1 : scan + 4])
