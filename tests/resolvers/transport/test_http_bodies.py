"""Bodies as strangers send them: malformed, endless, slow, left half way."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx

from resolvers.transport.body import LINGER_BYTES, MAX_BODY_BYTES
from resolvers.transport.bounds import Bounds
from resolvers.transport.parameters import MOST_VALUES
from services.runtime.settings import Settings
from tests.resolvers.transport.api import Api, running_api
from tests.resolvers.transport.journal import calm
from tests.resolvers.transport.test_http import GRAPHQL, JSON, VIEWER, refused
from tests.resolvers.transport.test_parameters import TOO_MANY, request_of
from tests.waiting import eventually

MEGABYTE = 1_048_576
AS_JSON = {"Content-Type": "application/json"}
MALFORMED = {
    "empty": b"",
    "list": b'[{"query": "{ __typename }"}]',
    "null": b"null",
    "number": b"5",
    "text": b'"{ __typename }"',
    "not utf-8": b'{"query": "\xff"}',
    "utf-16": '{"query": "{ __typename }"}'.encode("utf-16"),
    "nested arrays": b"[" * 100_000 + b"]" * 100_000,
    "nested objects": b'{"query":' * 100_000,
    "nested variables": b'{"query": "{ __typename }", "variables": {"a": ' + b"[" * 900 + b"]" * 900 + b"}}",
    "endless number": b'{"query": "{ __typename }", "variables": {"a": ' + b"9" * 10_000 + b"}}",
    "too many values": b'{"query": "{ __typename }", "variables": {"a": [' + b"0," * 200_000 + b"0]}}",
    "infinity": b'{"query": "{ __typename }", "variables": {"a": 1e999}}',
    "query": b'{"query": {}}',
    "variables": b'{"query": "{ __typename }", "variables": "{}"}',
    "operationName": b'{"query": "{ __typename }", "operationName": 5}',
    "extensions": b'{"query": "{ __typename }", "extensions": []}',
}


@asynccontextmanager
async def raw(api: Api, *headers: str) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection on which the head of a POST was sent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", api.settings.port)
    head = ("POST /graphql HTTP/1.1", "Host: x", f"Authorization: Bearer {api.token()}", *headers, "", "")
    writer.write("\r\n".join(head).encode())
    try:
        yield reader, writer
    finally:
        writer.close()


async def status_of(reader: asyncio.StreamReader) -> int:
    async with asyncio.timeout(10):
        head = await reader.readuntil(b"\r\n\r\n")
    return int(head.split()[1])


async def test_malformed_bodies_are_400_in_json(http: httpx.AsyncClient) -> None:
    with calm():
        for name, body in MALFORMED.items():
            answer = await http.post("/graphql", content=body, headers=AS_JSON)
            assert answer.status_code == 400, name
            refused(answer, 400)
        for name in ("variables", "extensions"):
            refused(await http.get("/graphql", params={"query": VIEWER, name: "{"}), 400)
    assert (await http.post("/graphql", json={"query": VIEWER})).status_code == 200


async def test_a_body_may_hold_so_many_values_and_not_one_more(http: httpx.AsyncClient) -> None:
    query = "query ($ids: [ID!]) { fans(filter: {accountIds: $ids}) { totalCount } }"
    with calm():
        just = await http.post("/graphql", json=request_of(MOST_VALUES, query))
        assert (just.status_code, "data" in just.json()) == (200, True)
        more = request_of(MOST_VALUES + 1, query)
        by_get = await http.get("/graphql", params={"query": VIEWER, "variables": "[" + "0," * MOST_VALUES + "0]"})
        operations = json.dumps(more)
        form = await http.post("/graphql", files={"operations": (None, operations), "map": (None, "{}")})
        for answer in (await http.post("/graphql", json=more), by_get, form):
            refused(answer, 400)
            assert answer.json()["errors"][0]["message"] == TOO_MANY


async def test_a_body_may_have_a_megabyte_and_not_a_byte_more(http: httpx.AsyncClient) -> None:
    head = b'{"query": "{ __typename }", "a": "'
    body = head + b"x" * (MAX_BODY_BYTES - len(head) - 2) + b'"}'
    assert (await http.post("/graphql", content=body, headers=AS_JSON)).status_code == 200
    with calm():
        refused(await http.post("/graphql", content=body + b" ", headers=AS_JSON), 413)

        async def in_pieces() -> AsyncIterator[bytes]:
            for start in range(0, len(body) + 1, 65_536):
                yield (body + b" ")[start : start + 65_536]

        refused(await http.post("/graphql", content=in_pieces(), headers=AS_JSON), 413)
        refused(await http.post("/graphql", content=b"x" * (10 * MAX_BODY_BYTES), headers=AS_JSON), 413)
    assert (await http.post("/graphql", json={"query": VIEWER})).status_code == 200


async def test_what_is_too_large_is_not_read_to_its_end(api: Api) -> None:
    async with raw(api, "Content-Type: application/json", f"Content-Length: {10**12}") as (reader, _):
        assert await status_of(reader) == 413
        await reader.read()
    async with raw(api, "Content-Type: application/json", "Transfer-Encoding: chunked") as (reader, writer):
        assert await _megabytes_taken(writer) < 4 * LINGER_BYTES // MEGABYTE


async def _megabytes_taken(writer: asyncio.StreamWriter) -> int:
    """How many chunks of an endless body go out before the connection ends."""
    sent = 0
    with suppress(ConnectionError):
        while not writer.is_closing():
            writer.write(b"%x\r\n%b\r\n" % (MEGABYTE, b"x" * MEGABYTE))
            await writer.drain()
            sent += 1
    return sent


async def test_a_stranger_cannot_keep_us_reading(api: Api) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", api.settings.port)
    writer.write(f"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: {10**12}\r\n\r\n".encode())
    assert await status_of(reader) == 401
    await reader.read()
    writer.close()


async def test_a_body_has_to_arrive_in_time(settings: Settings) -> None:
    async with running_api(settings, Bounds(body_seconds=0.2)) as api:
        with calm():
            async with raw(api, "Content-Type: application/json", "Content-Length: 100") as (reader, writer):
                writer.write(b"{")
                assert await status_of(reader) == 408


async def test_a_client_that_leaves_half_way_is_no_error(api: Api) -> None:
    with calm() as entries:
        async with raw(api, "Content-Type: application/json", "Content-Length: 100") as (_, writer):
            writer.write(b"{")
            await writer.drain()
        await eventually(lambda: "client_gone" in [entry["event"] for entry in entries], what="noticing it")


async def test_a_refusal_is_in_the_media_type_asked_for(http: httpx.AsyncClient) -> None:
    refused(await http.post("/graphql", content=b"[]", headers=AS_JSON), 400, media_type=GRAPHQL)
    refused(await http.post("/graphql", content=b"[]", headers=AS_JSON | {"Accept": "*/*"}), 400, media_type=JSON)
