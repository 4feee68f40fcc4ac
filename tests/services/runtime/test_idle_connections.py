"""Who closes an idle connection first: always the side that asks, so that no request is under way when it happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from services.runtime import resources
from services.runtime.resources import open_resources
from services.runtime.serving import UVICORN_OPTIONS
from services.runtime.settings import Settings

OF_A_LOAD_BALANCER = 60
"""Seconds, where nobody set another: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/."""
OF_MANY_SERVERS = 5
"""Seconds after which uvicorn, Node and others close what is idle."""


@asynccontextmanager
async def platform(connections: list[int]) -> AsyncIterator[str]:
    """Answers as often as it is asked on one connection, and counts the requests of each."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = len(connections)
        connections.append(0)
        while b"\r\n" in await reader.read(65_536):
            connections[number] += 1
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as listener:
        yield f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize(("idle_seconds", "expected"), [(30.0, [2]), (0.0, [1, 1])])
async def test_a_connection_to_a_platform_is_let_go_of_when_it_was_idle_for_long(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, idle_seconds: float, expected: list[int]
) -> None:
    monkeypatch.setattr(resources, "IDLE_SECONDS", idle_seconds)
    connections: list[int] = []
    async with platform(connections) as url, open_resources(settings, "test") as opened:
        for _ in range(2):
            assert (await opened.http.get(url)).status_code == 200

    assert connections == expected


def test_a_platform_s_server_finds_us_gone_and_a_load_balancer_finds_us_there() -> None:
    assert 0 < resources.IDLE_SECONDS < OF_MANY_SERVERS
    kept = UVICORN_OPTIONS["timeout_keep_alive"]
    assert isinstance(kept, int)
    assert kept > OF_A_LOAD_BALANCER
