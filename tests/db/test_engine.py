from __future__ import annotations

import secrets

import asyncpg
import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from db.engine import asyncpg_url
from db.liveness import DatabaseAway
from db.models import Fan
from tests.stored import a_user, fan, opened, reading, store


@pytest.mark.parametrize(
    ("url", "address", "arguments"),
    [
        ("postgresql://u:p@h:5432/d", "postgresql+asyncpg://u:p@h:5432/d", {}),
        ("postgres://u@h/d?sslmode=require", "postgresql+asyncpg://u@h/d", {"ssl": "require"}),
        (
            "postgresql+psycopg://h/d?sslmode=verify-full&options=x",
            "postgresql+asyncpg://h/d?options=x",
            {"ssl": "verify-full"},
        ),
    ],
)
def test_a_url_of_libpq_becomes_one_of_asyncpg(url: str, address: str, arguments: dict[str, str]) -> None:
    found, given = asyncpg_url(url)

    assert (found.render_as_string(hide_password=False), given) == (address, arguments)


async def test_sessions_speak_utc_and_end_long_statements(database_url: str) -> None:
    async with opened(database_url, statement_timeout_seconds=1, application="test") as database:
        setting = select(*(func.current_setting(name) for name in ("timezone", "application_name")))
        assert (await reading(database, lambda session: session.execute(setting))).one() == ("UTC", "test")
        with pytest.raises(DBAPIError, match="statement timeout"):
            await reading(database, lambda session: session.scalar(select(func.pg_sleep(30))))


async def test_a_full_pool_is_an_error_and_gives_back_what_it_lent(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(database_url, pool_size=1) as database:
        monkeypatch.setattr(database.engine.sync_engine.pool, "_timeout", 0.05)
        async with database.reads() as session:
            await session.scalar(select(func.now()))
            with pytest.raises(PoolTimeout):
                await reading(database, lambda other: other.scalar(select(func.now())))
        assert await reading(database, lambda other: other.scalar(select(1))) == 1


async def test_the_words_of_an_error_hold_no_values(database_url: str) -> None:
    async with opened(database_url) as database:
        owner = await a_user(database)
        with pytest.raises(DBAPIError) as caught:
            await store(database, fan(owner, notes="a private note", platform="x" * 300))

    assert "a private note" not in str(caught.value).split("DETAIL")[0]
    assert "hide_parameters" in str(caught.value)
    assert Fan.__tablename__ in str(caught.value)


async def test_connections_that_the_server_has_closed_are_replaced_unseen(database_url: str) -> None:
    async with opened(database_url, pool_size=3) as database:
        pids = [await reading(database, lambda session: session.scalar(select(func.pg_backend_pid())))]
        administration = await asyncpg.connect(database_url)
        await administration.execute("SELECT pg_terminate_backend($1, 5000)", pids[0])
        await administration.close()
        pids.append(await reading(database, lambda session: session.scalar(select(func.pg_backend_pid()))))
        assert len(set(pids)) == 2


@pytest.mark.parametrize("host", ["127.0.0.1:9", "/?host=/nowhere"])
async def test_a_database_that_cannot_be_reached_is_away(host: str) -> None:
    async with opened(f"postgresql://u@{host}" if host[0] == "/" else f"postgresql://u@{host}/d") as database:
        with pytest.raises(DatabaseAway):
            await reading(database, lambda session: session.scalar(select(1)))


async def test_a_server_that_takes_no_more_connections_is_away(database_url: str) -> None:
    role = f"full_{secrets.token_hex(4)}"
    administration = await asyncpg.connect(database_url)
    await administration.execute(f"CREATE ROLE {role} LOGIN CONNECTION LIMIT 0")
    async with opened(database_url.replace("postgres@", f"{role}@")) as database:
        with pytest.raises(DatabaseAway, match="TooManyConnectionsError"):
            await reading(database, lambda session: session.scalar(select(1)))
    await administration.execute(f"DROP ROLE {role}")
    await administration.close()


async def test_a_wrong_name_is_not_away(database_url: str) -> None:
    nowhere = database_url.replace("/test_", "/nosuch_")
    async with opened(nowhere) as database:
        with pytest.raises(Exception, match="does not exist") as caught:
            await reading(database, lambda session: session.scalar(select(1)))
    assert not isinstance(caught.value, DatabaseAway)
