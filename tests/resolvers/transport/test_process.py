"""The API as a process of its own, started as the product starts it: uvloop, compiled parsers, signals."""

from __future__ import annotations

import asyncio
import signal
from contextlib import AsyncExitStack

import httpx

from services.devstack.ports import free_port
from services.runtime.settings import Settings
from tests.resolvers.transport.api import READY
from tests.resolvers.transport.api_process import started


async def test_it_bounds_strangers_and_says_goodbye(settings: Settings) -> None:
    settings = settings.model_copy(update={"port": free_port()})
    async with started(settings) as (api, process), AsyncExitStack() as left_open:
        socket = await left_open.enter_async_context(api.signed_in())
        await socket.subscribe("1", READY)
        assert (await socket.next())["type"] == "next"
        async with api.signed_in(compression="deflate") as other:
            assert "Sec-WebSocket-Extensions" not in other.connection.response.headers  # type: ignore[union-attr]
            await other.send({"type": "ping", "payload": {"a": "x" * 2_000_000}})
            assert await other.close_code() == 1009
        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {api.token()}"}, trust_env=False) as http:
            body = {"query": "{ __typename }", "variables": {"a": "x" * 5_000_000}}
            assert (await http.post(f"{api.url}/graphql", json=body)).status_code == 413

            assert (await http.get(f"{api.url}/exports/fans.csv?signature=a-secret")).status_code == 403

        process.send_signal(signal.SIGTERM)
        assert await socket.close_code() == 1012
        said, _ = await asyncio.wait_for(process.communicate(), 15)
        assert process.returncode in {0, -signal.SIGTERM}
        lines = said.decode().splitlines()
        assert "a-secret" not in said.decode()
        assert [line for line in lines if '"level": "error"' in line or "Traceback" in line] == []
