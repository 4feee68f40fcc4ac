"""Frames as strangers send them: each gets its close code, and the log stays clean."""

from __future__ import annotations

import json

from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from resolvers.transport.parameters import MOST_VALUES
from services.runtime.settings import Settings
from tests.flows.graphql_client import SUBPROTOCOL
from tests.resolvers.transport.api import READY, Api, running_api
from tests.resolvers.transport.journal import calm
from tests.resolvers.transport.raw import frame, raw_peer
from tests.resolvers.transport.test_parameters import TOO_MANY, request_of

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
    "subscribe without an id": '{"type": "subscribe", "payload": {"query": "{ __typename }"}}',
    "an id that is a number": '{"type": "subscribe", "id": 1, "payload": {"query": "{ __typename }"}}',
    "an empty id": '{"type": "subscribe", "id": "", "payload": {"query": "{ __typename }"}}',
    "a long id": json.dumps({"type": "subscribe", "id": "x" * 256, "payload": {"query": "{ __typename }"}}),
    "a query that is a list": '{"type": "subscribe", "id": "1", "payload": {"query": ["{ __typename }"]}}',
    "variables that are a list": '{"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "variables": []}}',
    "a name that is a number": '{"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "operationName": 5}}',
    "extensions that are a text": '{"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "extensions": "x"}}',
    "deep variables": '{"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "variables": {"a": '
    + "[" * 5000
    + "]" * 5000
    + "}}}",
    "two messages": '{"type": "ping"}{"type": "ping"}',
    "binary": b'{"type": "ping"}',
}


async def test_malformed_frames_close_with_4400(api: Api) -> None:
    async with api.signed_in() as bystander:
        await bystander.subscribe("1", READY)
        assert (await bystander.next())["type"] == "next"
        await _close_with_4400(api)
        await bystander.subscribe("2", "{ __typename }")
        assert (await bystander.next())["id"] == "2"


async def _close_with_4400(api: Api) -> None:
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


async def test_a_frame_holds_so_many_values_and_not_one_more(api: Api) -> None:
    query = "query ($ids: [ID!]) { fans(filter: {accountIds: $ids}) { totalCount } }"
    with calm():
        async with api.signed_in() as socket:
            # The frame around the request holds three more: type, id and payload.
            await socket.send({"type": "subscribe", "id": "1", "payload": request_of(MOST_VALUES - 3, query)})
            assert (await socket.next())["type"] == "next"
            await socket.send({"type": "subscribe", "id": "2", "payload": request_of(MOST_VALUES - 2, query)})
            assert await socket.close_code() == 4400
            assert socket.connection.close_reason == TOO_MANY


BROKEN: dict[str, tuple[bytes, int]] = {
    "compressed, though that was not agreed": (frame(b"x" * 20, reserved=4), 1002),
    "a reserved bit": (frame(b"{}", reserved=1), 1002),
    "an unknown kind": (frame(b"{}", opcode=3), 1002),
    "not masked": (frame(b"{}", masked=False), 1002),
    "a long ping": (frame(b"x" * 126, opcode=9), 1002),
    "half a ping": (frame(b"x", opcode=9, final=False), 1002),
    "the end of nothing": (frame(b"x", opcode=0), 1002),
    "a beginning within a message": (frame(b"{", final=False) + frame(b"{}"), 1002),
    "a close with half a code": (frame(b"x", opcode=8), 1002),
    "a close with a code that is none": (frame((999).to_bytes(2, "big"), opcode=8), 1002),
    "a length beyond all measure": (b"\x81\xff" + (2**62).to_bytes(8, "big") + bytes(4), 1009),
    "a megabyte in pieces": (frame(b"x" * 60_000, final=False) + frame(b"x" * 60_000, 0, final=False) * 20, 1009),
}


async def test_frames_that_break_the_rules_of_websockets(api: Api) -> None:
    async with api.signed_in() as bystander:
        for name, (data, code) in BROKEN.items():
            with calm():
                async with raw_peer(api) as peer:
                    await peer.write(data)
                    assert await peer.close_code() == code, name
        await bystander.subscribe("2", "{ __typename }")
        assert (await bystander.next())["id"] == "2"


async def test_a_message_in_pieces_is_put_together(api: Api) -> None:
    whole = json.dumps({"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }"}}).encode()
    async with raw_peer(api) as peer:
        await peer.write(frame(whole[:10], final=False) + frame(b"still there?", 9) + frame(whole[10:], 0))
        await peer.until(b'"complete"')


async def test_half_a_frame_holds_up_nobody(api: Api) -> None:
    async with raw_peer(api) as peer, api.signed_in() as bystander:
        await peer.write(frame(b"x" * 1000)[:500])
        await bystander.subscribe("2", "{ __typename }")
        assert (await bystander.next())["id"] == "2"


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
