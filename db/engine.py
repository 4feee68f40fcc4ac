"""The way into PostgreSQL: an engine for a URL, and sessions of two kinds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import asyncpg
from sqlalchemy import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from db import liveness
from db.owner_guard import install


class ReadSession(AsyncSession):
    """A session that only reads. Kept for one load, never while waiting for something else.

    Each statement stands for itself, without the round trips of BEGIN and ROLLBACK. What needs one snapshot for several
    asks for it: `session.connection(execution_options={"isolation_level": "REPEATABLE READ"})`.
    """

    driver: asyncpg.Connection[Any] | None = None
    """Where kept statements go within a unit of work (`db.kept`)."""


class WriteSession(ReadSession):
    """The session of one write transaction. Queries that change something demand it."""


@dataclass(frozen=True, slots=True)
class Database:
    """An engine and its two session factories. `bare`: the same engine for whoever begins and ends himself."""

    engine: AsyncEngine
    bare: AsyncEngine
    reads: async_sessionmaker[ReadSession]
    writes: async_sessionmaker[WriteSession]


def asyncpg_url(url: str) -> tuple[URL, dict[str, Any]]:
    """The URL for asyncpg and its connect arguments: `sslmode` is libpq's word, `ssl` is asyncpg's."""
    parsed = make_url(url).set(drivername="postgresql+asyncpg")
    sslmode = parsed.query.get("sslmode")
    arguments = {"ssl": sslmode} if isinstance(sslmode, str) else {}
    return parsed.difference_update_query(["sslmode"]), arguments


def connect(
    url: str,
    *,
    pool_size: int = 10,
    statement_timeout_seconds: float | None = None,
    owner_guard: bool = False,
    application: str = "huntaze",
) -> Database:
    """Build the engine; nothing is opened before the first statement. `owner_guard`: see `db.owner_guard`."""
    address, arguments = asyncpg_url(url)
    # Plans of analytics look dear and take milliseconds; compiling them would take longer than they do.
    server_settings = {"application_name": application, "timezone": "UTC", "jit": "off"}
    if statement_timeout_seconds is not None:
        server_settings["statement_timeout"] = str(round(statement_timeout_seconds * 1000))
    engine = create_async_engine(
        address,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=5,
        # The words of errors go to logs; values may be message texts or addresses.
        hide_parameters=True,
        connect_args=arguments | {"server_settings": server_settings, "timeout": 5},
    )
    liveness.install(engine.sync_engine)
    if owner_guard:
        install(engine.sync_engine)
    bare = engine.execution_options(isolation_level="AUTOCOMMIT")
    return Database(
        engine,
        bare,
        async_sessionmaker(bare, class_=ReadSession, expire_on_commit=False, autoflush=False),
        async_sessionmaker(engine, class_=WriteSession, expire_on_commit=False, autoflush=False),
    )
