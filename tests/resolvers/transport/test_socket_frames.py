"""Frames as strangers send them: each gets its close code, and the log stays clean."""

from __future__ import annotations

import json

from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from services.runtime.settings import Settings
from tests.flows.graphql_client import SUBPROTOCOL
from tests.resolvers.transport.api import READY, Api, running_api
from tests.resolvers.transport.journal import calm

MALFORMED: dict[str, str | bytes] = {
    "list": "[]",
    "null": "null",
    "number": "5",
    "text": '"connection_init"',
    "no JSON": "{",
    "empty": "",
    "nested": "[" * 100_000 + "]" * 100_000,
    "infinite": '{"type": "ping", "payload": {"a": 1e999}}',
    "no type": "{}",
    "type of a list": '{"type": []}',
    "of the legacy protocol": '{"type": "start", "id": "1", "payload": {"query": "{ __typename }"}}',
    "of the server": '{"type": "connection_ack"}',
    "a long type": json.dumps({"type": "x" * 10_000}),
    "text as payload": '{"type": "connection_init", "payload": "token"}',
    "list as payload": '{"type": "connection_init", "payload": []}',
    "subscribe without a query": '{"type": "subscribe", "id": "1", "payload": {}}',
    "complete without an id": '{"type": "complete"}',
    "binary": b'{"type": "ping"}',
}


async def test_malformed_frames_close_with_4400(api: Api) -> None:
    with calm():
        for name, frame in MALFORMED.items():
            for signed_in in (False, True):
                async with api.signed_in() if signed_in else api.socket() as socket:
                    await socket.connection.send(frame)
                    assert await socket.close_code() == 4400, (name, signed_in)


async def test_bytes_that_are_no_utf8_close_with_1007(api: Api) -> None:
    with calm():
        async with api.socket() as socket:
            await socket.connection.send(b"\xff\xfe", text=True)
            assert await socket.close_code() == 1007


async def test_the_order_of_messages(api: Api) -> None:
    with calm():
        async with api.socket() as socket:
            await socket.subscribe("1", READY)
            assert await socket.close_code() == 4401
        async with api.signed_in() as socket:
            await socket.init(api.token())
            assert await socket.close_code() == 4429
        async with api.signed_in() as socket:
            long = "x" * 255
            await socket.subscribe(long, READY)
            await socket.subscribe(long, READY)
            assert await socket.close_code() == 4409


async def test_no_other_protocol_is_spoken(api: Api) -> None:
    offers: tuple[tuple[str, ...], ...] = ((), ("graphql-ws",), ("graphql-sse", "graphql-ws"))
    with calm():
        for offered in offers:
            async with api.socket(tuple(Subprotocol(each) for each in offered)) as socket:
                assert socket.connection.subprotocol is None
                assert await socket.close_code() == 4406
    async with api.signed_in(protocols=(Subprotocol("graphql-ws"), SUBPROTOCOL)) as socket:
        assert socket.connection.subprotocol == SUBPROTOCOL


async def test_a_frame_holds_a_megabyte_at_most(api: Api) -> None:
    with calm():
        async with api.signed_in(max_size=None) as socket:
            await socket.send({"type": "ping", "payload": {"a": "x" * 1_000_000}})
            assert await socket.next() == {"type": "pong"}
            await socket.send({"type": "ping", "payload": {"a": "x" * 1_048_577}})
            assert await socket.close_code() == 1009


async def test_nothing_is_compressed(api: Api) -> None:
    """A megabyte of compressed zeros would unpack to a gigabyte."""
    async with api.signed_in(compression="deflate") as socket:
        response = socket.connection.response
        assert response is not None
        assert "Sec-WebSocket-Extensions" not in response.headers


ORIGINS: list[tuple[dict[str, str], bool]] = [
    ({}, True),
    ({"Origin": "https://crm.example.com"}, True),
    ({"Origin": "https://CRM.example.com:443"}, True),
    ({"Origin": "OUR OWN"}, True),
    ({"Origin": "https://behind-a-proxy.example", "Sec-Fetch-Site": "same-origin"}, True),
    ({"Origin": "https://evil.example"}, False),
    ({"Origin": "https://crm.example.com.evil.example"}, False),
    ({"Origin": "http://crm.example.com"}, False),
    ({"Origin": "null"}, False),
    ({"Origin": "https://["}, False),
    ({"Origin": "x" * 5000}, False),
]


async def test_only_allowed_origins_open_a_socket(settings: Settings) -> None:
    settings = settings.model_copy(update={"allowed_origins": ("https://crm.example.com",)})
    async with running_api(settings) as api:
        with calm():
            for headers, opens in ORIGINS:
                given = {name: api.url if text == "OUR OWN" else text for name, text in headers.items()}
                assert await _opens(api, given) is opens, headers


async def _opens(api: Api, headers: dict[str, str]) -> bool:
    try:
        async with api.socket(additional_headers=headers):
            return True
    except InvalidStatus as refused:
        return refused.response.status_code != 403
