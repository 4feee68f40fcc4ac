"""Fans are recognised by an index each, also while nothing is known of how many there are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import Executable
from sqlalchemy.dialects import postgresql

from db.models import FanImport, FanImportFormerKey, new_id
from db.queries import fan_import_former_keys, known_fans
from tests.stored import a_user, account, fan, opened, store

MANY = 3_000
KEYS = [f"nobody {n}" for n in range(200)]
HOME = UUID(int=1)
FILE = b"x" * 32

Ask = Callable[[Any, UUID], Awaitable[Any]]


class Listening:
    """Hears what is asked, and answers nothing."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def execute(self, query: Executable) -> list[Any]:
        compiled = query.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})  # type: ignore[no-untyped-call,attr-defined]
        self.heard.append(str(compiled))
        return []


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
async def test_each_thing_leads_to_its_own_index(database_url: str, ask: Ask, index: str, columns: int) -> None:
    async with opened(database_url) as database:
        owner = await a_user(database)
        home = account(owner, "a")
        fans = [
            fan(owner, home.id, name=f"Fan {n}", handle=f"@fan{n}", handle_key=f"fan{n}", email=f"{n}@x.com")
            for n in range(MANY)
        ]
        await store(database, home, *fans)

    assert await _search(database_url, ask, owner) == (index, columns)


async def test_former_keys_too(database_url: str) -> None:
    async with opened(database_url) as database:
        owner = await a_user(database)
        place = {"user_id": owner, "file_hash": FILE, "rehearsal": fan_import_former_keys.IN_EARNEST, "title": "Email"}
        await store(database, *(FanImportFormerKey(key=f"{n}@x.com", fan_id=new_id(), **place) for n in range(MANY)))
    given = FanImport(user_id=owner, id=new_id(), file_hash=FILE)

    def ask(session: Any, _: UUID) -> Awaitable[Any]:
        return fan_import_former_keys.of_file(session, given, [("Email", key) for key in KEYS])

    index, columns = await _search(database_url, ask, owner)
    assert (index, columns) == ("pk_fan_import_former_keys", 5)


async def _plan(database_url: str, ask: Ask, owner: UUID) -> list[str]:
    session = Listening()
    await ask(session, owner)
    connection = await asyncpg.connect(database_url.replace("+asyncpg", ""))
    try:
        return [
            line[0].partition("  (cost")[0].strip() for line in await connection.fetch("EXPLAIN " + session.heard[0])
        ]
    finally:
        await connection.close()


async def _search(database_url: str, ask: Ask, owner: UUID) -> tuple[str, int]:
    """The index that is searched in for each key, and by how many of its columns."""
    plan = await _plan(database_url, ask, owner)
    [scan] = [place for place, line in enumerate(plan) if "Scan using" in line]
    return plan[scan].partition("using ")[2].split()[0], plan[scan + 1].count(" = ")
