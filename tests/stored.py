"""A database as the product opens it, guard included, and rows to begin with."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

import asyncpg

from db import engine
from db.engine import Database, ReadSession, WriteSession
from db.models import Campaign, Conversation, CreatorAccount, Fan, Message, new_id
from db.queries import live_events, users
from db.unit_of_work import Transactions

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
ResultT = TypeVar("ResultT")


@asynccontextmanager
async def opened(url: str, **options: Any) -> AsyncIterator[Database]:
    """The database with its owner guard on."""
    database = engine.connect(url, owner_guard=True, **options)
    try:
        yield database
    finally:
        await database.engine.dispose()


async def unheard(_owner: UUID, _sequence: int) -> None:
    """Announces to nobody."""


def transactions(database: Database) -> Transactions:
    return Transactions(database, unheard)


async def reading(database: Database, read: Callable[[ReadSession], Awaitable[ResultT]]) -> ResultT:
    """What one read gives, in a session of its own."""
    async with database.reads() as session:
        return await read(session)


async def writing(database: Database, write: Callable[[WriteSession], Awaitable[ResultT]]) -> ResultT:
    """What one write gives, committed."""
    async with database.writes() as session, session.begin():
        return await write(session)


async def store(database: Database, *rows: Any) -> None:
    """Insert rows in the order given."""
    async with database.writes() as session, session.begin():
        for row in rows:
            session.add(row)
            await session.flush()


async def a_user(database: Database) -> UUID:
    """A new user with the sequence every user is given."""

    async def make(session: WriteSession) -> UUID:
        owner = await users.ensure(session, "https://issuer.example", secrets.token_hex(8))
        await live_events.ensure_sequence(session, owner)
        return owner

    return await writing(database, make)


def account(owner: UUID, account_id: str = "acct", **values: Any) -> CreatorAccount:
    usual = {"platform": "SANDBOX", "display_name": "Mia", "api_key_encrypted": "sealed", "connected_at": LONG_AGO}
    return CreatorAccount(user_id=owner, id=new_id(), account_id=account_id, **usual | values)


def fan(owner: UUID, creator_account_id: UUID | None = None, **values: Any) -> Fan:
    usual = {"platform": "SANDBOX", "name": "Robin"}
    return Fan(user_id=owner, id=new_id(), creator_account_id=creator_account_id, **usual | values)


def conversation(of: Fan) -> Conversation:
    return Conversation(
        user_id=of.user_id,
        id=new_id(),
        fan_id=of.id,
        creator_account_id=of.creator_account_id,
        platform=of.platform,
    )


def campaign(of: CreatorAccount, **values: Any) -> Campaign:
    usual = {"name": "News", "type": "BULK_MESSAGE", "status": "ACTIVE", "content": "Hello"}
    return Campaign(user_id=of.user_id, id=new_id(), creator_account_id=of.id, **usual | values)


def message(of: Conversation, **values: Any) -> Message:
    """An outbound message that was queued."""
    usual = {"direction": "OUT", "origin": "USER", "text": "Hello", "status": "QUEUED"}
    return Message(
        user_id=of.user_id,
        id=new_id(),
        conversation_id=of.id,
        fan_id=of.fan_id,
        creator_account_id=of.creator_account_id,
        **usual | values,
    )


async def somebody_waits(url: str, for_what: str = "Lock") -> bool:
    """Whether a statement in this database waits for a lock, or a `Timeout`: it sleeps."""
    connection = await asyncpg.connect(url)
    try:
        return bool(
            await connection.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = $1",
                for_what,
            )
        )
    finally:
        await connection.close()
