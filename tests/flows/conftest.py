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


@pytest.fixture
async def refusing(product: Product) -> tuple[Product, str]:
    """The product with an account on each platform that has an adapter, and a fan nobody has written to."""
    mia = product.client()
    await product.connect(mia)
    await product.connect_onlyfans(mia)
    return product, await product.fan(mia)
