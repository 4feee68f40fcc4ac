"""The adapters against the sandbox over real sockets: accounts and look-ups."""

from __future__ import annotations

import pytest

from services.platforms.gateway import GatewayAdapter
from services.platforms.interface import (
    AccountProfile,
    Credentials,
    CredentialsRejected,
    FoundFan,
    PlatformUnavailable,
)
from tests.services.platforms.conftest import AdapterAt
from tests.services.platforms.control import SandboxControl
from tests.services.platforms.raw_server import answering, raw_server
from tests.services.platforms.sends import STRANGER


async def test_an_account_is_proven_by_its_key(adapter: GatewayAdapter, credentials: Credentials) -> None:
    assert await adapter.check_account(credentials) == AccountProfile("acct_1", "Mia", None)


async def test_a_key_that_opens_nothing_is_rejected(adapter: GatewayAdapter) -> None:
    others = ("acct_2", "key-1"), ("../acct_1", "key-1")
    odd_keys = ("acct_1", "key\r\nX-Evil: 1"), ("acct_1", "schlüssel"), ("acct_1", "")
    for stranger in (STRANGER, *(Credentials(*pair) for pair in others + odd_keys)):
        with pytest.raises(CredentialsRejected) as rejected:
            await adapter.check_account(stranger)

        assert rejected.value.status == "INVALID_CREDENTIALS"


async def test_an_ended_session_is_told_apart(adapter_at: AdapterAt, credentials: Credentials) -> None:
    body = b'[{"id": "acct_1", "display_name": "Mia", "is_authenticated": false}]'
    async with raw_server(answering("200 OK", body=body)) as server:
        with pytest.raises(CredentialsRejected) as rejected:
            await adapter_at(server.url).check_account(credentials)

    assert rejected.value.status == "SESSION_EXPIRED"


async def test_a_fan_is_found_by_handle_however_it_is_written(
    adapter: GatewayAdapter, credentials: Credentials
) -> None:
    handles = ("jane_doe", "@jane_doe", "@Jane_Doe", " @jane_doe ")
    first, *others = [await adapter.find_fan(credentials, handle) for handle in handles]

    assert first is not None
    assert first.name == "Jane Doe"
    assert others == [first] * 3


async def test_a_fan_keeps_the_id_it_came_with(
    adapter: GatewayAdapter, credentials: Credentials, control: SandboxControl
) -> None:
    await control.inbound(fan={"id": "fan-1", "username": "alex", "name": "Alex"}, text="Hi")

    assert await adapter.find_fan(credentials, "@alex") == FoundFan("fan-1", "Alex")


async def test_a_handle_of_nobody_finds_nobody(adapter: GatewayAdapter, credentials: Credentials) -> None:
    for handle in ("nobody", "@nobody_at_all", "", "@", "../accounts", "a b", "é"):
        assert await adapter.find_fan(credentials, handle) is None, handle


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("session_expired", CredentialsRejected), ("status", PlatformUnavailable), ("cut_before", PlatformUnavailable),
     ("unreadable", PlatformUnavailable), ("rate_limited", PlatformUnavailable)],
)  # fmt: skip
async def test_a_failed_look_up_says_whether_it_may_succeed_later(
    adapter: GatewayAdapter,
    credentials: Credentials,
    control: SandboxControl,
    kind: str,
    expected: type[Exception],
) -> None:
    await control.fault(kind, on="lookup")

    with pytest.raises(expected):
        await adapter.find_fan(credentials, "jane")
