"""The queue's status as it moves: the present one at once, then what differs, up to the last."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from tests.flows.graphql_client import Subscription
from tests.flows.product import Product

FIELDS = """depth inFlight total messagesQueuedToday messagesProcessedToday failureRate lastProcessedAt
  backlog { waiting sending failed unknown } health healthMessage timestamp"""
MOVING = "estimatedTimeSeconds dlqCount drains: backlog { nextSendAt estimatedDrainSeconds }"
WATCH = f"subscription {{ queueStatus {{ {FIELDS} {MOVING} }} }}"
ASK = f"{{ queueStatus {{ {FIELDS} }} }}"
COUNTS = ("depth", "inFlight", "messagesQueuedToday", "messagesProcessedToday")


def counts(status: dict[str, Any]) -> tuple[int, ...]:
    return tuple(status[name] for name in COUNTS)


async def until(watched: Subscription, expected: tuple[int, ...]) -> dict[str, Any]:
    while counts(status := await watched.next(20)) != expected:
        pass
    return status


async def test_it_moves_with_the_messages_and_ends_as_it_is(product: Product) -> None:
    mia = product.client()
    await product.connect(mia)
    fans = [await product.fan(mia, f"fan{number}") for number in range(3)]
    async with mia.subscribe(WATCH) as watched:
        assert counts(await watched.next()) == (0, 0, 0, 0)
        for fan in fans:
            await product.send(mia, fanId=fan)
        last = await until(watched, (0, 0, 3, 3))
        asked = (await mia.run(ASK))["queueStatus"]

    assert {**asked, "timestamp": None} == {**{name: last[name] for name in asked}, "timestamp": None}
    told = [{**status, "timestamp": None} for status in watched.events]
    assert all(one != other for one, other in pairwise(told))


async def test_what_happens_to_others_is_not_told(product: Product) -> None:
    mia, eve = product.client(), product.client("eve")
    fans = {}
    for client, account in ((mia, "acct_mia"), (eve, "acct_eve")):
        await product.connect(client, account)
        fans[client] = await product.fan(client)
    async with eve.subscribe(WATCH) as hers, mia.subscribe(WATCH) as watched:
        assert counts(await hers.next()) == (0, 0, 0, 0)
        for _ in range(2):
            await product.send(mia, fanId=fans[mia])
        await until(watched, (0, 0, 2, 2))
        await product.send(eve, fanId=fans[eve])
        await until(hers, (0, 0, 1, 1))
    assert {status["messagesQueuedToday"] for status in hers.events} <= {0, 1}
