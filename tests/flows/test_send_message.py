"""The whole road: a message goes from mutation to platform, and an open inbox sees every step."""

from __future__ import annotations

from tests.flows.product import INBOX, Product


async def test_a_message_is_sent_once_and_every_step_is_seen(product: Product) -> None:
    mia = product.client(act={"sub": "assistant-7"})
    await product.connect(mia)
    fan = await product.fan(mia)
    async with mia.subscribe(INBOX) as inbox:
        assert (await inbox.next())["__typename"] == "InboxReady"
        answer = await product.send(mia, fanId=fan, text="Good evening", priceCents=1234, idempotencyKey="k1")
        assert answer["errors"] == []
        message = answer["message"]
        assert (message["clientKey"], message["sentBy"], message["priceCents"]) == ("k1", "assistant-7", 1234)
        await inbox.until("MessageUpdated", status="SENT")

    steps = [
        event.get("status", "ADDED")
        for event in inbox.events
        if event["__typename"] in {"MessageAdded", "MessageUpdated"} and event["message"]["id"] == message["id"]
    ]
    assert steps == ["ADDED", "QUEUED", "SENDING", "SENT"]
    [arrival] = await product.sandbox.arrivals()
    assert (arrival["text"], arrival["priceCents"], arrival["delivered"]) == ("Good evening", 1234, True)
    assert arrival["idempotencyKey"]


async def test_a_fans_answer_appears_with_the_unread_count_raised(product: Product) -> None:
    mia = product.client()
    await product.connect(mia)
    async with mia.subscribe(INBOX) as inbox:
        await product.sandbox.inbound(fan={"id": "77", "username": "kim", "name": "Kim"}, text="Hi <3")
        added = await inbox.until("MessageAdded")
        assert (added["message"]["text"], added["message"]["status"]) == ("Hi <3", "RECEIVED")
        changed = await inbox.until("ConversationUpdated")
        assert changed["conversation"]["unreadCount"] == 1
        assert changed["conversation"]["awaitingReply"] is True
