"""The adapters against the sandbox over real sockets: reading back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.platforms.gateway import GatewayAdapter
from services.platforms.interface import (
    Credentials,
    OutgoingMessage,
    PlatformUnavailable,
    Sent,
)
from tests.services.platforms.conftest import AdapterAt
from tests.services.platforms.control import SandboxControl
from tests.services.platforms.raw_server import answering, raw_server
from tests.services.platforms.sends import sent


async def test_what_was_sent_is_read_back(
    adapter: GatewayAdapter, credentials: Credentials, control: SandboxControl
) -> None:
    await control.inbound(fan={"id": 77, "username": "jo"}, text="not ours")
    answers = [
        await sent(adapter, credentials, OutgoingMessage(f"line\n{n} <3", 150 if n else None), f"k-{n}")
        for n in range(60)
    ]
    await sent(adapter, credentials, OutgoingMessage("elsewhere"), "other", fan="78")

    copies = await adapter.read_back(credentials, "77", datetime.now(UTC) - timedelta(minutes=10))

    ids = [answer.platform_message_id for answer in answers if isinstance(answer, Sent)]
    assert [copy.platform_message_id for copy in copies] == ids[::-1]
    assert (copies[0].text, copies[0].price_cents, copies[-1].price_cents) == ("line\n59 <3", 150, None)


async def test_only_what_is_new_enough_is_read_back(adapter: GatewayAdapter, credentials: Credentials) -> None:
    await sent(adapter, credentials, OutgoingMessage("Hi"))

    assert await adapter.read_back(credentials, "77", datetime.now(UTC) + timedelta(minutes=1)) == []
    assert await adapter.read_back(credentials, "79", datetime.now(UTC) - timedelta(minutes=1)) == []


async def test_an_unfinished_reading_back_proves_nothing(adapter_at: AdapterAt, credentials: Credentials) -> None:
    moment = datetime.now(UTC).isoformat()
    page = f'{{"data": [{{"id": 1, "createdAt": "{moment}"}}], "_pagination": {{"next_page": "http://evil.example/?id=1"}}}}'
    async with raw_server(answering("200 OK", body=page.encode())) as server:
        with pytest.raises(PlatformUnavailable):
            await adapter_at(server.url).read_back(credentials, "77", datetime.now(UTC) - timedelta(minutes=10))

    assert server.connections == 10
    with pytest.raises(PlatformUnavailable):
        await adapter_at(server.url).read_back(credentials, "../x", datetime.now(UTC))


async def test_a_key_is_never_shown(credentials: Credentials) -> None:
    assert "key-1" not in repr(credentials)
