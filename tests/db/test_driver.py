"""Transactions on the driver: what becomes of them and of their connection when something is cut off."""

from __future__ import annotations

import asyncio

import pytest
from asyncpg import ConnectionDoesNotExistError
from asyncpg.transaction import Transaction
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from db.driver import transaction
from db.engine import Database
from tests.stored import opened, reading, somebody_waits
from tests.waiting import eventually

MADE = "CREATE TABLE made (x int)"
IS_MADE = select(func.to_regclass("made").is_not(None))


async def is_made(database: Database) -> bool:
    return bool(await reading(database, lambda session: session.scalar(IS_MADE)))


async def test_what_is_not_committed_is_rolled_back_and_the_connection_serves_the_next(database_url: str) -> None:
    async with opened(database_url, pool_size=1) as database:
        async with transaction(database.bare) as begun:
            await begun.driver.execute(MADE)
            first = await begun.driver.fetchval("SELECT pg_backend_pid()")
        assert not await is_made(database)
        async with transaction(database.bare) as begun:
            await begun.driver.execute(MADE)
            await begun.commit()
        assert await is_made(database)
        async with transaction(database.bare) as begun:
            assert await begun.driver.fetchval("SELECT pg_backend_pid()") == first


async def test_a_transaction_that_is_cancelled_in_a_statement_leaves_nothing_behind(database_url: str) -> None:
    async def sleep(database: Database) -> None:
        async with transaction(database.bare) as begun:
            await begun.driver.execute(MADE)
            await begun.driver.execute("SELECT pg_sleep(60)")

    async with opened(database_url, pool_size=1) as database:
        task = asyncio.create_task(sleep(database))
        # What is cancelled before the server has begun the statement ends nothing.
        await eventually(lambda: somebody_waits(database_url, "Timeout"), what="the sleep")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with asyncio.timeout(10):
            assert not await is_made(database)


async def test_a_connection_that_was_cancelled_while_it_began_is_not_lent_again(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server may have begun. Whoever was lent it then would commit a savepoint, and nothing of it would stay."""
    begun = asyncio.Event()

    async def begin(self: Transaction) -> None:
        await start(self)
        begun.set()
        await asyncio.Event().wait()

    async def enter(database: Database) -> None:
        async with transaction(database.bare):
            raise AssertionError

    start = Transaction.start
    async with opened(database_url, pool_size=1) as database:
        assert not await is_made(database)  # so that the connection is there, and no other begin is cut off
        with monkeypatch.context() as patched:
            patched.setattr(Transaction, "start", begin)
            task = asyncio.create_task(enter(database))
            await begun.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        async with transaction(database.bare) as next_one:
            await next_one.driver.execute(MADE)
            await next_one.commit()
        async with opened(database_url) as other:
            assert await is_made(other)


async def test_where_a_connection_has_died_unnoticed_another_begins(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def begin(self: Transaction) -> None:
        begun.append(1)
        if len(begun) <= dead:
            raise ConnectionDoesNotExistError("connection was closed in the middle of operation")
        await start(self)

    start, begun, dead = Transaction.start, list[int](), 1
    async with opened(database_url, pool_size=1) as database:
        assert not await is_made(database)  # so that the connection is there
        monkeypatch.setattr(Transaction, "start", begin)
        async with transaction(database.bare) as second:
            await second.driver.execute(MADE)
            await second.commit()
        assert await is_made(database)
        assert len(begun) == 2
        begun.clear()
        dead = 2
        with pytest.raises(OperationalError):
            async with transaction(database.bare):
                raise AssertionError
        assert len(begun) == 2
        assert await is_made(database)  # neither is lent again


async def test_a_connection_that_breaks_is_told_and_replaced(database_url: str) -> None:
    async def broken(database: Database) -> None:
        async with transaction(database.bare) as begun:
            mine = await begun.driver.fetchval("SELECT pg_backend_pid()")
            async with opened(database_url) as other:
                await reading(other, lambda session: session.execute(select(func.pg_terminate_backend(mine))))
            await eventually(begun.driver.is_closed, 10, "the end of the connection")
            await begun.commit()

    async with opened(database_url, pool_size=1) as database:
        with pytest.raises(OperationalError) as found:
            await broken(database)
        assert found.value.connection_invalidated
        assert not await is_made(database)


async def test_an_end_that_fails_is_no_commit(database_url: str) -> None:
    """A constraint that is looked at when the transaction ends."""
    deferred = (
        "CREATE TABLE once (x int UNIQUE DEFERRABLE INITIALLY DEFERRED)",
        "INSERT INTO once VALUES (1), (1)",
    )

    async def twice(database: Database) -> None:
        async with transaction(database.bare) as begun:
            for statement in deferred:
                await begun.driver.execute(statement)
            await begun.commit()

    async with opened(database_url, pool_size=1) as database:
        with pytest.raises(Exception, match="once_x_key"):
            await twice(database)
        assert await reading(database, lambda session: session.scalar(select(func.to_regclass("once")))) is None
