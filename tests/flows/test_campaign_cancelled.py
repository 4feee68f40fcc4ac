"""A campaign is cancelled while the platform holds a call: the message is sent or taken back, and nothing waits."""

from __future__ import annotations

from functools import partial

import pytest

from tests.flows.campaigns import bulk, campaign_of, fans_of, numbers, steer
from tests.flows.faults import HELD_SECONDS
from tests.flows.graphql_client import GraphQLClient
from tests.flows.product import Product
from tests.waiting import eventually


@pytest.mark.parametrize("status", [429, 503, 401])
async def test_the_held_call_is_refused(product: Product, status: int) -> None:
    mia = product.client()
    await product.connect(mia)
    await product.sandbox.fault("delay", seconds=HELD_SECONDS, status=status, retryAfterSeconds=1)
    key = await _cancelled_while_held(product, mia)

    await product.sandbox.mend()
    await eventually(product.at_rest, 30)

    found = await campaign_of(mia, key)
    assert (found["status"], found["metrics"]) == ("CANCELLED", numbers(recipients=2, cancelled=2))
    assert [each["status"] for each in found["messages"]["nodes"]] == ["CANCELLED"] * 2
    assert [each for each in await product.sandbox.arrivals() if each["delivered"]] == []


async def test_the_held_call_is_accepted(product: Product) -> None:
    mia = product.client()
    await product.connect(mia)
    await product.sandbox.fault("delay", seconds=HELD_SECONDS)
    key = await _cancelled_while_held(product, mia)

    await product.sandbox.mend()
    await eventually(product.at_rest, 30)

    found = await campaign_of(mia, key)
    assert (found["status"], found["metrics"]) == ("CANCELLED", numbers(recipients=2, sent=1, cancelled=1))
    assert len([each for each in await product.sandbox.arrivals() if each["delivered"]]) == 1


async def _cancelled_while_held(product: Product, client: GraphQLClient) -> str:
    """A campaign to two fans, of whom one is being sent to; gives its id."""
    key = str((await bulk(client, await fans_of(product, client, 2)))["campaign"]["id"])
    await eventually(partial(_is_sending, client, key), 30, "a call that is held")
    cancelled = await steer(client, "cancelCampaign", key)
    assert cancelled == {"campaign": {"id": key, "status": "CANCELLED", "statusDetail": None}, "errors": []}
    assert (await campaign_of(client, key))["metrics"] == numbers(recipients=2, sending=1, cancelled=1)
    return key


async def _is_sending(client: GraphQLClient, key: str) -> bool:
    return bool((await campaign_of(client, key))["metrics"]["sending"] == 1)
