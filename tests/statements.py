"""Counts the SQL statements that an engine executes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import asyncpg
from sqlalchemy import event

from db.engine import Database


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """Every statement executed within the block, in order; opening and ending a transaction are none.

    Kept statements of units of work go past the engine; they are seen where they reach the driver.
    """
    statements: list[str] = []
    fetch = asyncpg.Connection.fetch

    async def noted(connection: Any, text: str, *values: Any) -> Any:
        statements.append(text)
        return await fetch(connection, text, *values)

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    try:
        with patch.object(asyncpg.Connection, "fetch", noted):
            yield statements
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)
