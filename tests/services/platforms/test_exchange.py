from __future__ import annotations

import asyncio
import socket

import httpx
import pytest

from services.platforms.departure import Departure
from services.platforms.exchange import MAX_BODY_BYTES, Exchange, NoReply
from services.platforms.replies import Reply
from tests.services.platforms.raw_server import Behaviour, answering, cutting, raw_server, silent, writing


async def perform(
    client: httpx.AsyncClient, url: str, departure: Departure | None = None, timeout_seconds: float = 5.0
) -> Reply:
    return await Exchange(client).perform("POST", url + "/x", {"X-Own": "1"}, b"{}", timeout_seconds, departure)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


async def test_a_reply_comes_back_as_it_was(client: httpx.AsyncClient) -> None:
    departure = Departure(lambda: True)
    async with raw_server(answering("201 Created", "Retry-After: 3", body=b'{"id": 1}')) as server:
        reply = await perform(client, server.url, departure)

    assert (reply.status, reply.headers["retry-after"], reply.body) == (201, "3", b'{"id": 1}')
    assert departure.begun
    assert server.connections == 1


async def test_nothing_of_the_clients_own_goes_along() -> None:
    own = {"X-Client": "secret"}
    async with (
        httpx.AsyncClient(headers=own, cookies={"a": "b"}, auth=("user", "password"), trust_env=False) as client,
        raw_server(answering("200 OK", "Set-Cookie: other=1")) as server,
    ):
        await perform(client, server.url)
        await perform(client, server.url)

    for request in server.arrived:
        head = request.lower()
        assert b"x-own: 1" in head
        assert not any(name in head for name in (b"x-client", b"cookie", b"authorization"))
    assert server.connections == 2


async def test_permission_refused_means_that_not_a_byte_is_written(client: httpx.AsyncClient) -> None:
    asked: list[bool] = []

    def refuse() -> bool:
        asked.append(True)
        return False

    departure = Departure(refuse)
    async with raw_server(answering("200 OK")) as server:
        with pytest.raises(NoReply, match="too late"):
            await perform(client, server.url, departure)
        assert asked == [True]
        assert not departure.begun
        # The veto leaves the client usable, and the server has seen the connection by the time it sees the next one.
        assert (await perform(client, server.url)).status == 200
        assert server.arrived[0] == b""


async def test_a_permission_that_fails_is_none(client: httpx.AsyncClient) -> None:
    departure = Departure(lambda: 1 // 0 == 0)
    async with raw_server(answering("200 OK")) as server:
        with pytest.raises(NoReply, match="ZeroDivisionError"):
            await perform(client, server.url, departure)

        assert not departure.begun


@pytest.mark.parametrize("host", ["127.0.0.1", "no-such-host.invalid"])
async def test_without_a_connection_nothing_has_begun(client: httpx.AsyncClient, host: str) -> None:
    departure = Departure(lambda: True)

    with pytest.raises(NoReply):
        await perform(client, f"http://{host}:{free_port()}", departure)

    assert not departure.begun


async def test_without_a_free_connection_nothing_has_begun() -> None:
    limits = httpx.Limits(max_connections=1)
    departure = Departure(lambda: True)
    async with httpx.AsyncClient(limits=limits, trust_env=False) as client, raw_server(silent) as server:
        first = asyncio.create_task(perform(client, server.url))
        async with asyncio.timeout(5):
            await server.asked.wait()

        with pytest.raises(NoReply):
            await perform(client, server.url, departure, timeout_seconds=0.05)

        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
    assert not departure.begun
    assert server.connections == 1


@pytest.mark.parametrize(
    ("behave", "words"),
    [
        (cutting, "connection broke"),
        (silent, "no answer in time"),
        (writing(b"HTTP/1.1 20"), "connection broke"),
        (writing(b"rubbish\r\n\r\n"), "connection broke"),
    ],
)
async def test_without_a_status_a_written_request_has_begun(
    client: httpx.AsyncClient, behave: Behaviour, words: str
) -> None:
    departure = Departure(lambda: True)
    async with raw_server(behave) as server:
        with pytest.raises(NoReply, match=words):
            await perform(client, server.url, departure, timeout_seconds=1.5)

    assert departure.begun
    assert server.connections == 1


@pytest.mark.parametrize("then", [cutting, silent])
async def test_a_body_that_breaks_off_leaves_the_status_standing(client: httpx.AsyncClient, then: Behaviour) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
    async with raw_server(writing(head, b'{"id"', then=then)) as server:
        reply = await perform(client, server.url, timeout_seconds=1.5)

    assert reply.status == 200
    assert b'{"id"'.startswith(reply.body)
    assert reply.json() is None


async def test_a_long_body_is_read_to_its_bound(client: httpx.AsyncClient) -> None:
    async with raw_server(answering("200 OK", body=b"x" * (3 * MAX_BODY_BYTES))) as server:
        reply = await perform(client, server.url)

    assert len(reply.body) == MAX_BODY_BYTES


async def test_redirects_are_not_followed(client: httpx.AsyncClient) -> None:
    async with (
        raw_server(answering("200 OK")) as elsewhere,
        raw_server(answering("307 Temporary Redirect", f"Location: {elsewhere.url}/")) as server,
    ):
        reply = await perform(client, server.url)

    assert reply.status == 307
    assert elsewhere.connections == 0
    assert server.connections == 1


@pytest.mark.parametrize("url", ["", "ftp://example.com", "http://", "http://[::1", "http://exa mple.com"])
async def test_an_odd_address_is_no_reply(client: httpx.AsyncClient, url: str) -> None:
    with pytest.raises(NoReply):
        await perform(client, url)


async def test_being_cancelled_is_not_swallowed(client: httpx.AsyncClient) -> None:
    async with raw_server(silent) as server:
        task = asyncio.create_task(perform(client, server.url))
        async with asyncio.timeout(5):
            await server.asked.wait()
        task.cancel()

        with pytest.raises(asyncio.CancelledError):
            await task
