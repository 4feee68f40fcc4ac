"""The running product, for stories from mutation to platform to subscription."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.runtime.settings import Settings
from tests.flows.product import Product, running_product


@pytest.fixture
async def product(settings: Settings) -> AsyncIterator[Product]:
    async with running_product(settings) as running:
        yield running
