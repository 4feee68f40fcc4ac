"""Sending again by hand, with a worker and a platform: delivered once, by a new request or by the identical one."""

from __future__ import annotations

from typing import Any

from tests.flows.graphql_client import GraphQLClient
from tests.flows.product import INBOX, Product

RETRY = """mutation ($ids: [ID!], $resend: Boolean! = false) { retryMessages(ids: $ids, resendUnknown: $resend) {
  messages { id status } errors { code path } } }"""
FAILED = "{ failedMessages { nodes { id status delivery { failureReason attempts { number outcome } } } } }"


async def retry(client: GraphQLClient, message_id: str, *, resend: bool = False) -> list[Any]:
    answer = (await client.run(RETRY, {"ids": [message_id], "resend": resend}))["retryMessages"]
    assert [message["id"] for message in answer["messages"]] == ([] if answer["errors"] else [message_id])
    errors: list[Any] = answer["errors"]
    return errors


async def test_a_refused_message_is_sent_by_a_new_request(product: Product) -> None:
    mia = product.client()
    await product.connect(mia)
    await product.sandbox.fault("status", status=400, count=1, on="send")
    async with mia.subscribe(INBOX) as inbox:
        sent = (await product.send(mia, fanId=await product.fan(mia), text="once"))["message"]["id"]
        await inbox.until("MessageUpdated", status="FAILED")
        [failed] = (await mia.run(FAILED))["failedMessages"]["nodes"]
        assert (failed["id"], failed["delivery"]["attempts"]) == (sent, [{"number": 1, "outcome": "REFUSED"}])
        assert await product.sandbox.delivered() == 0
        assert await retry(mia, sent) == []
        await inbox.until("MessageUpdated", status="SENT")
    statuses = [event["status"] for event in inbox.events if event["__typename"] == "MessageUpdated"]
    assert statuses == ["QUEUED", "SENDING", "FAILED", "PENDING", "QUEUED", "SENDING", "SENT"]
    assert (await mia.run(FAILED))["failedMessages"]["nodes"] == []
    first, second = await product.sandbox.arrivals()
    assert (first["delivered"], second["delivered"]) == (False, True)
    assert first["idempotencyKey"] != second["idempotencyKey"]
    assert await retry(mia, sent) == [{"code": "CONFLICT", "path": ["ids", "0"]}]


async def test_an_unknown_message_is_sent_by_the_identical_request(product: Product) -> None:
    """It had arrived; the platform remembers its key, and the fan gets it once, whoever is quicker to repeat it."""
    mia = product.client()
    await product.connect(mia, announceSent=False)
    await product.sandbox.fault("cut_after", count=1000, on="send")
    async with mia.subscribe(INBOX) as inbox:
        sent = (await product.send(mia, fanId=await product.fan(mia), text="once"))["message"]["id"]
        await inbox.until("MessageUpdated", status="UNKNOWN")
        assert await retry(mia, sent) == [{"code": "CONFLICT", "path": ["ids", "0"]}]
        assert await retry(mia, sent, resend=True) == []
        await inbox.until("MessageUpdated", status="PENDING")
        await product.sandbox.mend()
        await inbox.until("MessageUpdated", 30, status="SENT")
    arrivals = await product.sandbox.arrivals()
    assert len(arrivals) >= 2
    assert len({arrival["idempotencyKey"] for arrival in arrivals}) == 1
    assert await product.sandbox.delivered() == 1
