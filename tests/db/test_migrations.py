from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from alembic import command

from db import migrate
from db.engine import connect
from db.models import Base
from services.devstack.postgres import Postgres

VERSIONS = Path(migrate.__file__).parent / "migrations" / "versions"
MIGRATIONS = sorted(path for path in VERSIONS.glob("*.py") if path.name != "__init__.py")

CATALOGUE = (
    """SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull::text,
              coalesce(pg_get_expr(d.adbin, d.adrelid), '')
       FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
       WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname <> 'alembic_version'""",
    """SELECT conrelid::regclass::text, conname::text, pg_get_constraintdef(oid) FROM pg_constraint
       WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'alembic_version'""",
    """SELECT tablename::text, indexname::text, indexdef FROM pg_indexes
       WHERE schemaname = 'public' AND tablename <> 'alembic_version'""",
    "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "SELECT proname::text, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
)


@pytest.fixture
async def empty_url(postgres: Postgres) -> AsyncIterator[str]:
    """A database without any table."""
    name = f"empty_{uuid.uuid4().hex}"
    administration = await asyncpg.connect(postgres.url("postgres"))
    try:
        await administration.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        yield postgres.url(name)
        await administration.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await administration.close()


async def versions(url: str) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        return [row[0] for row in await connection.fetch("SELECT version_num FROM alembic_version")]
    finally:
        await connection.close()


async def catalogue(url: str) -> set[tuple[str, ...]]:
    """Columns, constraints, indexes, triggers and functions in PostgreSQL's own words."""
    connection = await asyncpg.connect(url)
    try:
        return {tuple(row) for query in CATALOGUE for row in await connection.fetch(query)}
    finally:
        await connection.close()


async def advisory_locks(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        query = """SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'
                   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""
        return int(await connection.fetchval(query))
    finally:
        await connection.close()


async def test_processes_that_start_together_migrate_once_and_again_is_nothing(empty_url: str) -> None:
    await asyncio.gather(*(migrate.upgrade(empty_url) for _ in range(3)))
    first = await versions(empty_url)

    await migrate.upgrade(empty_url)

    assert len(first) == 1
    assert await versions(empty_url) == first
    assert await migrate.drift(empty_url) == []
    assert await advisory_locks(empty_url) == 0


async def test_the_migrated_database_is_the_one_the_models_describe(empty_url: str, database_url: str) -> None:
    """Also where `drift` does not look: defaults, checks, conditions of indexes."""
    database = connect(empty_url)
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    await database.engine.dispose()

    described, migrated = await catalogue(empty_url), await catalogue(database_url)

    assert migrated - described == set()
    assert described - migrated == set()


async def test_drift_tells_what_differs(database_url: str) -> None:
    assert await migrate.drift(database_url) == []
    connection = await asyncpg.connect(database_url)
    await connection.execute("ALTER TABLE fans DROP COLUMN notes")
    await connection.close()

    assert [change[:3] for change in await migrate.drift(database_url)] == [("add_column", None, "fans")]


async def test_an_upgrade_that_fails_keeps_nobody_waiting(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:

    def fail(*_: object) -> None:
        raise RuntimeError("in the middle")

    monkeypatch.setattr(command, "upgrade", fail)
    with pytest.raises(RuntimeError, match="in the middle"):
        await migrate.upgrade(database_url)
    monkeypatch.undo()

    await asyncio.wait_for(migrate.upgrade(database_url), 20)
    assert await advisory_locks(database_url) == 0


@pytest.mark.parametrize("path", MIGRATIONS, ids=lambda path: path.stem)
def test_every_migration_limits_how_long_it_waits_for_a_lock(path: Path) -> None:
    source = path.read_text(encoding="utf-8")

    body = source[source.index("def upgrade()") :].splitlines()[1:]
    statements = [line.strip() for line in body if line.strip() and not line.strip().startswith("#")]
    assert statements[0] == "op.execute(\"SET LOCAL lock_timeout = '3s'\")"


def test_there_is_one_line_of_migrations() -> None:
    found = [path.read_text(encoding="utf-8") for path in MIGRATIONS]

    assert len(found) >= 1
    assert sum("down_revision = None" in source for source in found) == 1
    assert all("def downgrade" not in source for source in found)
