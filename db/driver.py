"""A transaction on asyncpg itself, below SQLAlchemy, whose sessions and kept statements share it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import asyncpg
from asyncpg.transaction import Transaction
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.liveness import AWAY

GONE = (*AWAY, asyncpg.InterfaceError, asyncpg.InternalClientError)


@contextmanager
def words_of_sqlalchemy(text: str) -> Iterator[None]:
    """The driver's errors as SQLAlchemy would raise them, so that there is one kind to catch. No values are told."""
    try:
        yield
    except asyncpg.IntegrityConstraintViolationError as error:
        raise IntegrityError(text, None, error, hide_parameters=True) from error
    except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        gone = isinstance(error, GONE)
        kind = OperationalError if gone else DBAPIError
        raise kind(text, None, error, hide_parameters=True, connection_invalidated=gone) from error


class DriverTransaction:
    """One transaction on one connection of the engine's pool, until it is committed or rolled back."""

    def __init__(self, connection: AsyncConnection, driver: asyncpg.Connection[Any]) -> None:
        self.connection = connection
        self.driver = driver
        self.over = False
        self._transaction: Transaction = driver.transaction()

    async def begin(self) -> None:
        with words_of_sqlalchemy("BEGIN"):
            await self._transaction.start()

    async def commit(self) -> None:
        """Afterwards the connection is somebody else's."""
        with words_of_sqlalchemy("COMMIT"):
            await self._transaction.commit()
        self.over = True
        await self.connection.close()

    async def roll_back(self) -> None:
        """Nothing was changed. A connection that cannot even do that is thrown away."""
        self.over = True
        try:
            await self._transaction.rollback()
        except Exception:
            await _throw_away(self.connection)
        else:
            await self.connection.close()


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[DriverTransaction]:
    """Rolled back unless the block has committed it. `engine` leaves beginning and ending to others (AUTOCOMMIT)."""
    try:
        begun = await _begin(engine)
    except OperationalError:
        # A connection that died unnoticed; nothing was asked of it yet, so another may begin.
        begun = await _begin(engine)
    try:
        yield begun
    finally:
        if not begun.over:
            await asyncio.shield(begun.roll_back())


async def _begin(engine: AsyncEngine) -> DriverTransaction:
    connection = await engine.connect()
    try:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        begun = DriverTransaction(connection, driver)
        await begun.begin()
    except BaseException:
        # It may be in a transaction that nobody would end: what the next one commits would be a savepoint of it.
        await asyncio.shield(_throw_away(connection))
        raise
    return begun


async def _throw_away(connection: AsyncConnection) -> None:
    try:
        await connection.invalidate()
    finally:
        await connection.close()
