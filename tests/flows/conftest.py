"""The running product, for stories from mutation to platform to subscription."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from services.runtime.settings import Settings
from tests.flows.cloud import Cloud, running_cloud
from tests.flows.product import Product, running_product
from tests.services.workers.aws_lambda import LambdaFunction, lambda_function


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


@pytest.fixture(scope="session")
def function() -> Iterator[LambdaFunction]:
    with lambda_function() as function:
        yield function


@pytest.fixture
async def cloud(settings: Settings, function: LambdaFunction, request: pytest.FixtureRequest) -> AsyncIterator[Cloud]:
    """With changed settings: `@pytest.mark.parametrize("cloud", [{...}], indirect=True)`."""
    async with running_cloud(settings.model_copy(update=getattr(request, "param", {})), function) as cloud:
        yield cloud
