"""Operations that take too long, or whose client has left. The database is kept waiting by a lock of the test's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg
import httpx
import pytest

from resolvers.transport.bounds import Bounds
from services.runtime.settings import Settings
from tests.resolvers.transport.api import Api, running_api
from tests.resolvers.transport.journal import calm
from tests.waiting import eventually

SHORT = Bounds(operation_seconds=0.4)
PATIENT = Bounds(operation_seconds=60)
NOBODY = "RmFuOjAxOTNhYjAwLTAwMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMA=="
FAN = f'{{ fan(id: "{NOBODY}") {{ id }} }}'
CREATE = 'mutation { createFan(input: {platform: SANDBOX, name: "Kim", handle: "kim"}) { fan { id } errors { code } } }'
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


class Locked:
    """The fans are locked as long as it is held."""

    def __init__(self, holder: asyncpg.Connection, observer: asyncpg.Connection) -> None:
        self._holder = holder
        self._observer = observer

    async def release(self) -> None:
        await self._holder.execute("ROLLBACK")

    async def has_waiting(self, count: int) -> None:
        async def found() -> bool:
            return bool(await self._observer.fetchval(WAITING) == count)

        await eventually(found, what=f"{count} waiting statements")

    async def fans(self) -> int:
        found: int = await self._observer.fetchval("SELECT count(*) FROM fans")
        return found


@asynccontextmanager
async def locked(api: Api) -> AsyncIterator[Locked]:
    url = api.settings.database_url.get_secret_value()
    holder, observer = await asyncpg.connect(url), await asyncpg.connect(url)
    try:
        await holder.execute("BEGIN; LOCK TABLE fans IN ACCESS EXCLUSIVE MODE")
        yield Locked(holder, observer)
    finally:
        await holder.close()
        await observer.close()


@asynccontextmanager
async def served(settings: Settings, bounds: Bounds) -> AsyncIterator[tuple[Api, httpx.AsyncClient]]:
    async with running_api(settings, bounds) as api:
        headers = {"Authorization": f"Bearer {api.token()}"}
        async with httpx.AsyncClient(base_url=api.url, headers=headers, trust_env=False, timeout=20) as http:
            # The first request makes the user's row.
            assert (await http.post("/graphql", json={"query": "{ __typename }"})).status_code == 200
            yield api, http


async def test_a_query_is_cancelled_at_its_deadline(settings: Settings) -> None:
    async with served(settings, SHORT) as (api, http), locked(api) as fans:
        with calm():
            answer = await http.post("/graphql", json={"query": FAN})
            strict = await http.post(
                "/graphql", json={"query": FAN}, headers={"Accept": "application/graphql-response+json"}
            )
        assert (answer.status_code, strict.status_code) == (200, 504)
        assert answer.json() == strict.json()
        assert list(answer.json()) == ["errors"]
        assert answer.json()["errors"][0]["extensions"] == {"code": "TIMEOUT"}
        await fans.has_waiting(0)
        await fans.release()
        assert (await http.post("/graphql", json={"query": FAN})).json()["data"] == {"fan": None}


async def test_a_mutation_is_answered_at_its_deadline_and_may_still_complete(settings: Settings) -> None:
    async with served(settings, SHORT) as (api, http), locked(api) as fans:
        answer = await http.post("/graphql", json={"query": CREATE})
        assert answer.json()["errors"][0]["extensions"] == {"code": "TIMEOUT"}
        await fans.has_waiting(1)
        await fans.release()

        async def completed() -> bool:
            return await fans.fans() == 1

        await eventually(completed, what="the mutation")


async def test_a_mutation_nobody_waits_for_ends_at_last(settings: Settings) -> None:
    bounds = Bounds(operation_seconds=0.2, mutation_grace_seconds=0.2)
    async with served(settings, bounds) as (api, http), locked(api) as fans:
        await http.post("/graphql", json={"query": CREATE})
        await fans.has_waiting(0)
        await fans.release()
        assert await fans.fans() == 0


@pytest.mark.parametrize(("query", "still_waiting"), [(FAN, 0), (CREATE, 1)])
async def test_a_client_that_leaves_takes_its_query_with_it(settings: Settings, query: str, still_waiting: int) -> None:
    async with served(settings, PATIENT) as (api, http), locked(api) as fans:
        with calm() as entries:
            request = asyncio.create_task(http.post("/graphql", json={"query": query}))
            await fans.has_waiting(1)
            request.cancel()
            await eventually(lambda: "client_gone" in [entry["event"] for entry in entries], what="noticing it")
            await fans.has_waiting(still_waiting)


async def test_at_shutdown_a_mutation_is_let_finish(settings: Settings) -> None:
    async with AsyncExitStack() as outer:
        async with served(settings, SHORT) as (api, http):
            fans = await outer.enter_async_context(locked(api))
            await http.post("/graphql", json={"query": CREATE})
            await fans.has_waiting(1)
            releasing = asyncio.create_task(_release_while_it_drains(fans, api.settings.port))
        await releasing
        assert await fans.fans() == 1


async def _release_while_it_drains(fans: Locked, port: int) -> None:
    """The server gives what goes on two seconds, after it has stopped to take connections."""
    await eventually(lambda: _refused(port), what="the closed listener")
    await fans.release()


async def _refused(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionRefusedError:
        return True
    writer.close()
    return False
