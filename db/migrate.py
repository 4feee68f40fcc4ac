"""Bring a database to the newest version of the tables. There are no downgrades."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from db.engine import connect
from db.models import Base

# Any number that is ours: two processes that start together migrate one after the other.
MIGRATION_LOCK = 7_229_481_605
ASK_AGAIN_SECONDS = 0.1


def config(connection: Connection | None = None) -> Config:
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    settings.set_main_option("file_template", "%%(year)d%%(month).2d%%(day).2d_%%(slug)s")
    settings.attributes["connection"] = connection
    return settings


async def upgrade(url: str) -> None:
    """Run every migration that is missing. Safe to run from several processes at once."""
    async with _connection(url) as connection:
        await _lock(connection)
        try:
            await connection.run_sync(lambda locked: command.upgrade(config(locked), "head"))
        finally:
            await connection.rollback()
            await connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": MIGRATION_LOCK})
            await connection.commit()


async def drift(url: str) -> Any:
    """The differences between the models and a migrated database; empty when all is well."""
    return await _on_connection(
        url, lambda connection: compare_metadata(MigrationContext.configure(connection), Base.metadata)
    )


async def new_revision(url: str, message: str) -> None:
    """Write a migration file for what the models have and the database has not; to be read before it is kept."""
    await _on_connection(url, lambda connection: command.revision(config(connection), message, autogenerate=True))


async def _lock(connection: AsyncConnection) -> None:
    """Asks again and again: who waits inside a statement is waited for by an index that is built concurrently."""
    while not await connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": MIGRATION_LOCK}):
        await connection.rollback()
        await asyncio.sleep(ASK_AGAIN_SECONDS)
    await connection.commit()


async def _on_connection(url: str, work: Any) -> Any:
    async with _connection(url) as connection:
        return await connection.run_sync(work)


@asynccontextmanager
async def _connection(url: str) -> AsyncIterator[AsyncConnection]:
    database = connect(url, pool_size=1, application="huntaze-migrate")
    try:
        async with database.engine.connect() as connection:
            yield connection
    finally:
        await database.engine.dispose()
