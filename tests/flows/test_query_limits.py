"""Bounds and cost as clients see them, over HTTP and websocket."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.runtime.settings import Settings
from tests.flows.product import Product, running_product
from tests.resolvers.limits.hostile import bomb, large, short_aliases
from tests.resolvers.transport.api import Api


@pytest.fixture
async def product(settings: Settings) -> AsyncIterator[Product]:
    async with running_product(settings, worker=False) as running:
        yield running


async def test_what_costs_too_much_is_refused_over_http(product: Product) -> None:
    mia = product.client()
    for query in (bomb(60), short_aliases(10_000), large(1_000_000)):
        answer = (await mia.post(query)).json()
        assert "data" not in answer
        [error] = answer["errors"]
        assert error["extensions"] == {"code": "QUERY_TOO_EXPENSIVE"}


async def test_the_cost_comes_with_each_answer_over_http(product: Product) -> None:
    answer = (await product.client().post("{ viewer { id accounts { id platform } } }")).json()
    assert answer["data"]["viewer"]["accounts"] == []
    assert answer["extensions"] == {"cost": {"requested": 2 + 3 * 3, "limit": 20_000}}


async def test_over_a_websocket_too_and_the_socket_stays(product: Product) -> None:
    async with Api(product.settings, product.url).signed_in() as frames:
        await frames.subscribe("1", bomb(60))
        refused = await frames.next()
        assert (refused["type"], refused["id"]) == ("error", "1")
        assert refused["payload"][0]["extensions"] == {"code": "QUERY_TOO_EXPENSIVE"}
        await frames.subscribe("2", short_aliases(10_000))
        refused = await frames.next()
        assert (refused["type"], refused["id"]) == ("error", "2")
        assert refused["payload"][0]["extensions"] == {"code": "QUERY_TOO_EXPENSIVE"}
        await frames.subscribe("3", "{ viewer { userId } }")
        answer = await frames.next()
        assert answer["payload"] == {
            "data": {"viewer": {"userId": "mia"}},
            "extensions": {"cost": {"requested": 2, "limit": 20_000}},
        }
