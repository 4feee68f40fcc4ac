"""`connection_init`: with which token, until when, and what happens without."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from resolvers.sign_in import SignIn
from resolvers.transport.bounds import Bounds
from schema.context import Viewer
from services.runtime.settings import Settings
from tests.resolvers.transport.api import READY, Api, running_api
from tests.resolvers.transport.journal import calm


async def test_without_a_valid_token_it_closes_with_4403(api: Api) -> None:
    payloads: list[Any] = [
        None,
        {},
        {"Authorization": None},
        {"Authorization": 5},
        {"Authorization": api.token()},
        {"Authorization": "Bearer nonsense"},
        {"Authorization": f"Bearer {api.token(exp=1)}"},
        {"Authorization": f"Bearer {api.token()}x"},
        {"token": api.token()},
    ]
    with calm():
        for payload in payloads:
            async with api.socket() as socket:
                await socket.send({"type": "connection_init", "payload": payload})
                assert await socket.close_code() == 4403, payload
        async with api.socket() as socket:
            await socket.send({"type": "connection_init"})
            assert await socket.close_code() == 4403


async def test_the_headers_name_may_be_written_as_one_likes(api: Api) -> None:
    for name in ("Authorization", "authorization", "AUTHORIZATION"):
        async with api.socket() as socket:
            await socket.send({"type": "connection_init", "payload": {name: f"bearer {api.token()}"}})
            assert await socket.next() == {"type": "connection_ack"}


async def test_without_init_it_closes_with_4408(settings: Settings) -> None:
    async with running_api(settings, Bounds(init_seconds=0.2)) as api:
        with calm():
            async with api.socket() as socket:
                await socket.send({"type": "ping"})
                assert await socket.next() == {"type": "pong"}
                assert await socket.close_code() == 4408
        async with api.signed_in() as socket:
            await socket.subscribe("1", READY)
            assert (await socket.next())["type"] == "next"


async def test_it_closes_with_4403_when_the_token_expires(api: Api) -> None:
    expires = int(time.time()) + 2
    with calm():
        async with api.signed_in(api.token(exp=expires)) as socket:
            await socket.subscribe("1", READY)
            assert await socket.close_code() == 4403
            assert time.time() >= expires
            assert socket.connection.close_reason == "The token has expired"


async def test_a_token_that_lives_on_the_leeway_alone_gets_no_further(api: Api) -> None:
    with calm():
        async with api.signed_in(api.token(exp=datetime.now(UTC) - timedelta(seconds=3))) as socket:
            assert await socket.close_code() == 4403


class Defect(Exception):
    """Something nobody has reckoned with."""


async def test_a_sign_in_that_hangs_is_given_up(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang(_self: SignIn, _token: str) -> Viewer:
        await asyncio.Event().wait()
        raise Defect

    monkeypatch.setattr(SignIn, "viewer", hang)
    async with running_api(settings, Bounds(sign_in_seconds=0.2, init_seconds=0.1)) as api, api.socket() as socket:
        await socket.init("any")
        assert await socket.close_code() == 1013


async def test_a_sign_in_that_fails_says_nothing_of_why(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(_self: SignIn, _token: str) -> Viewer:
        raise Defect("password=hunter2")

    monkeypatch.setattr(SignIn, "viewer", fail)
    async with running_api(settings) as api, api.socket() as socket:
        await socket.init("any")
        assert await socket.close_code() == 1013
        assert socket.connection.close_reason == "UNAVAILABLE"


async def test_the_database_away_is_told_as_something_that_passes(settings: Settings) -> None:
    away = settings.model_copy(update={"database_url": SecretStr("postgresql://nobody@127.0.0.1:9/none")})
    async with running_api(away) as api, api.socket() as socket:
        await socket.init(api.token())
        assert await socket.close_code() == 1013
