"""The adapters against the sandbox over real sockets: sending."""

from __future__ import annotations

from typing import Any

import pytest

from services.platforms.gateway import GatewayAdapter
from services.platforms.interface import (
    AccountStopped,
    Answer,
    Credentials,
    NotSent,
    OutgoingMessage,
    Refused,
    Sent,
    Unknown,
)
from tests.services.platforms.conftest import AdapterAt
from tests.services.platforms.control import SandboxControl
from tests.services.platforms.raw_server import answering, raw_server
from tests.services.platforms.sends import PHOTO, STRANGER, always, sent

FAULTS: list[tuple[dict[str, Any], Answer, bool]] = [
    ({"kind": "status", "status": 500}, Unknown("HTTP 500: Fault on demand"), False),
    ({"kind": "status", "status": 408}, Unknown("HTTP 408: Fault on demand"), False),
    ({"kind": "status", "status": 409}, Unknown("HTTP 409: Fault on demand"), False),
    ({"kind": "status", "status": 404}, Refused("HTTP 404: Fault on demand"), False),
    ({"kind": "status", "status": 402}, AccountStopped("DEGRADED", "HTTP 402: Fault on demand"), False),
    ({"kind": "status", "status": 401}, AccountStopped("INVALID_CREDENTIALS", "HTTP 401: Fault on demand"), False),
    ({"kind": "not_sent"}, NotSent("HTTP 502: The platform was not reached"), False),
    ({"kind": "rate_limited", "retryAfterSeconds": 9}, NotSent("HTTP 429: Too many requests", 9.0, False), False),
    ({"kind": "unavailable", "retryAfterSeconds": 4}, NotSent("HTTP 503: Service unavailable", 4.0), False),
    ({"kind": "accept_then_500"}, Unknown("HTTP 500: Server error"), True),
    ({"kind": "unreadable"}, Sent(None), True),
    ({"kind": "no_id"}, Sent(None), True),
    ({"kind": "cut_before"}, Unknown("the connection broke"), False),
    ({"kind": "cut_after"}, Unknown("the connection broke"), True),
]


@pytest.mark.parametrize(("fault", "expected", "arrived"), FAULTS, ids=lambda value: str(value)[:60])
async def test_each_fault_has_its_answer_and_a_repeat_delivers_once(
    adapter: GatewayAdapter,
    credentials: Credentials,
    control: SandboxControl,
    fault: dict[str, Any],
    expected: Answer,
    arrived: bool,
) -> None:
    await control.fault(**fault)
    request = await adapter.prepare(credentials, "77", OutgoingMessage("Hi"))

    assert await adapter.send(credentials, request, "k-1", always) == expected
    assert await control.delivered() == int(arrived)
    assert isinstance(await adapter.send(credentials, request, "k-1", always), Sent)

    first, second = await control.arrivals()
    assert (first["fault"], first["delivered"]) == (fault["kind"], arrived)
    assert (second["fault"], second["delivered"], second["repeat"]) == (None, not arrived, arrived)


@pytest.mark.parametrize(("kind", "at_once"), [("delay", 0), ("delay_after", 1)])
async def test_an_answer_that_comes_too_late_is_unknown(
    adapter_at: AdapterAt,
    sandbox_url: str,
    credentials: Credentials,
    control: SandboxControl,
    kind: str,
    at_once: int,
) -> None:
    await control.fault(kind, seconds=60)
    adapter = adapter_at(sandbox_url, timeout_seconds=1.5)

    answer = await sent(adapter, credentials, OutgoingMessage("Hi"))

    assert isinstance(answer, Unknown)
    assert await control.delivered() == at_once


async def test_a_stopped_account_names_its_ended_session(
    adapter: GatewayAdapter, credentials: Credentials, control: SandboxControl
) -> None:
    await control.fault("session_expired")

    answer = await sent(adapter, credentials, OutgoingMessage("Hi"))

    assert answer == AccountStopped("SESSION_EXPIRED", "HTTP 403: The session has expired, please reconnect")
    assert await control.delivered() == 0


async def test_a_wrong_key_stops_the_account_and_delivers_nothing(
    adapter: GatewayAdapter, credentials: Credentials, control: SandboxControl
) -> None:
    request = await adapter.prepare(credentials, "77", OutgoingMessage("Hi"))

    answers = [await adapter.send(who, request, "k", always) for who in (STRANGER, Credentials("acct_1", "a b"))]

    assert [getattr(answer, "status", None) for answer in answers] == ["INVALID_CREDENTIALS"] * 2
    assert [arrival["status"] for arrival in await control.arrivals()] == [401]


async def test_a_request_that_is_too_late_never_arrives(
    adapter: GatewayAdapter, credentials: Credentials, control: SandboxControl
) -> None:
    request = await adapter.prepare(credentials, "77", OutgoingMessage("Hi"))

    answer = await adapter.send(credentials, request, "k", lambda: False)

    assert isinstance(answer, NotSent)
    assert answer.counts
    assert await control.arrivals() == []


async def test_a_platform_that_is_not_there_was_sent_nothing(adapter_at: AdapterAt, credentials: Credentials) -> None:
    async with raw_server(answering("200 OK")) as server:
        gone = server.url
    adapter = adapter_at(gone)

    answer = await sent(adapter, credentials, OutgoingMessage("Hi"))

    assert answer == NotSent("the connection failed")
    assert server.connections == 0


async def test_a_refusal_never_repeats_the_message(adapter_at: AdapterAt, credentials: Credentials) -> None:
    body = b'{"message": "The text Meet me at eight &amp; bring wine is forbidden", "code": "FORBIDDEN"}'
    async with raw_server(answering("422 Unprocessable", body=body)) as server:
        answer = await sent(adapter_at(server.url), credentials, OutgoingMessage("Meet me at eight & bring wine"))

    assert answer == Refused("HTTP 422: FORBIDDEN")


async def test_a_repeat_is_the_same_to_the_byte(adapter_at: AdapterAt, credentials: Credentials) -> None:
    message = OutgoingMessage("Hi ü\ud800", 500, (PHOTO,))
    async with raw_server(answering("500 Oops")) as server:
        adapter = adapter_at(server.url)
        request = await adapter.prepare(credentials, "77", message)
        shuffled = type(request)(request.method, request.path, dict(reversed(request.body.items())))
        await adapter.send(credentials, request, "k-1", always)
        await adapter.send(credentials, shuffled, "k-1", always)

    assert server.arrived[0] == server.arrived[1]
    assert b"Authorization: Bearer key-1\r\n" in server.arrived[0]
    assert b"Idempotency-Key: k-1\r\n" in server.arrived[0]
    assert server.connections == 2
