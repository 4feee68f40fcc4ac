"""A running sandbox, an account in it, and adapters that speak to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from services.platforms import onlyfansapi, sandbox
from services.platforms.dialect import Dialect
from services.platforms.exchange import Exchange
from services.platforms.gateway import GatewayAdapter
from services.platforms.interface import Credentials
from services.platforms.sandbox_server import build_app, running
from services.platforms.sandbox_server.accounts import Account
from services.runtime.clock import SystemClock
from tests.services.platforms.control import SandboxControl

CREDENTIALS = Credentials("acct_1", "key-1")
AdapterAt = Callable[..., GatewayAdapter]


@pytest.fixture
def credentials() -> Credentials:
    return CREDENTIALS


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False) as made:
        yield made


@pytest.fixture
def adapter_at(client: httpx.AsyncClient) -> AdapterAt:
    """Builds an adapter for an address; the timeout is short, because some tests wait for its end."""

    def build(base_url: str, dialect: Dialect = sandbox.DIALECT, timeout_seconds: float = 5.0) -> GatewayAdapter:
        return GatewayAdapter(dialect, base_url, Exchange(client), SystemClock(), timeout_seconds)

    return build


@pytest.fixture
async def sandbox_url() -> AsyncIterator[str]:
    account = Account(CREDENTIALS.account_id, CREDENTIALS.api_key, "Mia")
    async with running(build_app([account], webhook_retry_seconds=(0.01, 0.01))) as url:
        yield url


@pytest.fixture
async def control(sandbox_url: str) -> AsyncIterator[SandboxControl]:
    async with httpx.AsyncClient(base_url=sandbox_url, trust_env=False) as http:
        yield SandboxControl(http)


@pytest.fixture
def adapter(sandbox_url: str, adapter_at: AdapterAt) -> GatewayAdapter:
    return adapter_at(sandbox_url)


@pytest.fixture
def onlyfans(sandbox_url: str, adapter_at: AdapterAt) -> GatewayAdapter:
    """The OnlyFans adapter, with our sandbox at the other end."""
    return adapter_at(sandbox_url, onlyfansapi.DIALECT)
