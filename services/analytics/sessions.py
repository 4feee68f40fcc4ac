"""The connections of one process that analytics may use; the others of the pool are for those who ask for less."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from db.engine import Database, ReadSession

AT_ONCE = 4
"""Of whichever owners; a figure takes two or three, and further ones wait."""


class Sessions:
    """Read sessions, so many at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._turns = asyncio.Semaphore(AT_ONCE)

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[ReadSession]:
        async with self._turns, self._database.reads() as session:
            yield session
