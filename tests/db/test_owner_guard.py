from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import event, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.engine import Database, connect
from db.models import Fan, Message, new_id
from db.owner_guard import OwnerNotBound, crossing
from db.owner_scopes import unbound
from tests.db.guarded_statements import BOUND, ME, MINE, UNBOUND
from tests.stored import a_user, fan, store


@pytest.fixture
async def session(database: Database) -> AsyncIterator[AsyncSession]:
    async with database.writes() as session:
        yield session


@pytest.fixture
def reached_the_server(database: Database) -> list[str]:
    found: list[str] = []

    def remember(*arguments: Any) -> None:
        found.append(arguments[2])

    event.listen(database.engine.sync_engine, "before_cursor_execute", remember)
    return found


@pytest.mark.parametrize("name", BOUND)
def test_a_statement_with_bound_owners_passes(name: str) -> None:
    assert list(unbound(BOUND[name])) == []


@pytest.mark.parametrize("name", UNBOUND)
def test_a_statement_without_is_refused_by_the_tables_it_leaves_open(name: str) -> None:
    statement, tables = UNBOUND[name]

    assert ", ".join(sorted(set(unbound(statement)))) == tables


async def test_what_passes_is_also_valid_for_postgresql(session: AsyncSession) -> None:
    for name, statement in BOUND.items():
        if not name.startswith(("insert", "upsert")):
            await session.execute(statement)


async def test_what_is_refused_never_reaches_the_server(session: AsyncSession, reached_the_server: list[str]) -> None:
    for statement, tables in UNBOUND.values():
        with pytest.raises(OwnerNotBound, match=re.escape(tables) if tables != "text" else "text|checked"):
            await session.execute(statement)

    assert reached_the_server == []


async def test_a_refused_statement_is_refused_again_after_its_bound_twin_passed(session: AsyncSession) -> None:
    for _ in range(2):
        await session.execute(select(Message.id).where(MINE))
        with pytest.raises(OwnerNotBound):
            await session.execute(select(Message.id).where(Message.user_id != ME))


@pytest.mark.parametrize("statement", ["SELECT 1", "DELETE FROM messages"])
async def test_text_is_refused(session: AsyncSession, reached_the_server: list[str], statement: str) -> None:
    connection = await session.connection()

    with pytest.raises(OwnerNotBound, match="write it as an expression"):
        await session.execute(text(statement))
    with pytest.raises(OwnerNotBound, match="write it as an expression"):
        await connection.exec_driver_sql(statement)
    assert reached_the_server == []


async def test_the_session_itself_binds_the_owner(database: Database) -> None:
    owner = await a_user(database)
    robin = fan(owner)
    await store(database, robin)
    async with database.writes() as session:
        found = await session.get(Fan, (owner, robin.id))
        assert found is not None
        found.name = "Kim"
        await session.flush()
        await session.refresh(found)
        async with session.begin_nested():
            await session.delete(found)
        assert await session.get(Fan, (owner, robin.id), populate_existing=True) is None


async def test_a_listed_statement_may_cross_owners(session: AsyncSession) -> None:
    crosses = crossing("lanes asleep")

    for statement in (select(Message.id), update(Message).values(read=True).returning(Message.id)):
        assert (await session.scalars(statement, execution_options=crosses)).all() == []
    with pytest.raises(OwnerNotBound):
        await session.scalars(select(Message.id))


async def test_an_unlisted_name_opens_nothing(session: AsyncSession) -> None:
    with pytest.raises(ValueError, match="not a listed statement"):
        crossing("everything of everybody")
    with pytest.raises(OwnerNotBound):
        await session.scalars(select(Message.id), execution_options={"crosses_owners": "everything of everybody"})


async def test_the_guard_is_off_where_nobody_asked_for_it(database_url: str) -> None:
    database = connect(database_url)
    try:
        async with database.reads() as session:
            assert (await session.scalars(select(Message.id).where(Message.id == new_id()))).all() == []
    finally:
        await database.engine.dispose()
