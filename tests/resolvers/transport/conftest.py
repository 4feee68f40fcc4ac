"""The API alone, behind a real socket: no worker, no platform."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from services.runtime.settings import Settings
from tests.resolvers.transport.api import Api, running_api


@pytest.fixture
async def api(settings: Settings) -> AsyncIterator[Api]:
    async with running_api(settings) as running:
        yield running


@pytest.fixture
async def http(api: Api) -> AsyncIterator[httpx.AsyncClient]:
    """Signed in as Mia, asking for application/graphql-response+json."""
    headers = {"Authorization": f"Bearer {api.token()}", "Accept": "application/graphql-response+json"}
    async with httpx.AsyncClient(base_url=api.url, headers=headers, trust_env=False) as client:
        yield client
