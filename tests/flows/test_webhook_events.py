"""What happens at the platform, from its webhook to an open inbox: unlocks, tips, subscribers, deletions, sessions."""

from __future__ import annotations

import json
from typing import Any

import asyncpg

from tests.flows.graphql_client import GraphQLClient, Subscription
from tests.flows.product import Product
from tests.flows.test_webhooks import deliver, envelope, sign
from tests.waiting import eventually

ROBIN = {"id": 77, "username": "robin", "name": "Robin"}
WATCH = """subscription ($campaigns: Boolean! = true) { inboxEvents(campaignMessages: $campaigns) { __typename
  ... on MessageAdded { message { id text direction } }
  ... on MessageUpdated { status message { id purchasedAt priceCents delivery { platformMessageId } } }
  ... on MessageRemoved { messageId conversation { id unreadCount awaitingReply lastMessage { text } } }
  ... on ConversationUpdated { conversation { id unreadCount } }
  ... on FanUpdated { fan { id name valueCents lastSeenAt deletedAt } }
  ... on FanDeleted { fanId }
  ... on PaymentReceived { kind amountCents fan { id name valueCents } unlockedMessage { id text purchasedAt } }
  ... on AccountUpdated { account { status statusDetail } } } }"""
MESSAGE = """query ($id: ID!) { message(id: $id) { purchasedAt status delivery { waitReason platformMessageId } } }"""
FAN = "query ($id: ID!) { fan(id: $id) { valueCents deletedAt conversation { id } } }"
TALK = """query ($id: ID!) { conversation(id: $id) {
  unreadCount lastMessage { text } messages { totalCount nodes { text } } } }"""
ACCOUNTS = "{ viewer { unreadConversations accounts { status statusDetail } } }"


async def read(client: GraphQLClient, query: str, **variables: Any) -> Any:
    return next(iter((await client.run(query, variables)).values()))


async def sent(product: Product, mia: GraphQLClient, inbox: Subscription, fan: str, **fields: Any) -> tuple[str, str]:
    """A message that has left; its id here and at the platform."""
    message = (await product.send(mia, fanId=fan, **fields))["message"]["id"]
    await inbox.until("MessageUpdated", status="SENT")
    return message, (await read(mia, MESSAGE, id=message))["delivery"]["platformMessageId"]


async def test_an_unlock_reaches_the_inbox_with_fan_message_and_amount(product: Product) -> None:
    mia = product.client()
    await product.connect(mia)
    fan = await product.fan(mia, platformFanId="77", valueCents=100)
    async with mia.subscribe(WATCH, {"campaigns": False}) as inbox:
        await inbox.until("InboxReady")
        message, platform_id = await sent(product, mia, inbox, fan, text="For you", priceCents=1250)

        told = await product.sandbox.happens("unlock", messageId=platform_id)
        bought = await inbox.until("MessageUpdated", status="SENT")
        assert bought["message"]["id"] == message
        assert bought["message"]["purchasedAt"] is not None
        paid = await inbox.until("PaymentReceived")
        assert (paid["kind"], paid["amountCents"], paid["fan"]["id"], paid["fan"]["valueCents"]) == (
            "UNLOCK", 1250, fan, 1350,
        )  # fmt: skip
        assert (paid["unlockedMessage"]["id"], paid["unlockedMessage"]["text"]) == (message, "For you")

        # The same once more by another delivery, and by another notification: the tip after them finds one payment.
        for payload in (told["payload"], told["payload"] | {"id": 1}):
            await product.sandbox.happens("event", event=told["event"], payload=payload)
        await eventually(lambda: _unlocks_done(product, 3), what="the repeats")
        await product.sandbox.happens("tip", fan=ROBIN, amount="$7.99")
        tipped = await inbox.until("PaymentReceived")
        assert (tipped["kind"], tipped["amountCents"], tipped["unlockedMessage"]) == ("TIP", 799, None)
    assert [event["__typename"] for event in inbox.events].count("PaymentReceived") == 2
    assert (await read(mia, FAN, id=fan))["valueCents"] == 1350 + 799


async def test_an_unlock_of_a_message_of_the_native_app_is_kept(product: Product) -> None:
    mia = product.client()
    await product.connect(mia)
    async with mia.subscribe(WATCH) as inbox:
        await inbox.until("InboxReady")
        await product.sandbox.happens("unlock", messageId="4711", fan=ROBIN, amount="$25.00")
        paid = await inbox.until("PaymentReceived")
    assert (paid["amountCents"], paid["unlockedMessage"]) == (2500, None)
    assert (paid["fan"]["name"], paid["fan"]["valueCents"]) == ("Robin", 2500)


async def test_a_new_subscriber_is_a_fan_and_a_deleted_one_is_back(product: Product) -> None:
    mia = product.client()
    await product.connect(mia)
    async with mia.subscribe(WATCH) as inbox:
        await inbox.until("InboxReady")
        await product.sandbox.happens("subscribe", fan=ROBIN, price="9.99")
        fan = (await inbox.until("FanUpdated"))["fan"]
        assert (fan["name"], fan["valueCents"]) == ("Robin", 0)
        paid = await inbox.until("PaymentReceived")
        assert (paid["kind"], paid["amountCents"], paid["fan"]["id"]) == ("SUBSCRIPTION", 999, fan["id"])

        await mia.run("mutation ($id: ID!) { deleteFan(id: $id) { errors { code } } }", {"id": fan["id"]})
        await inbox.until("FanDeleted", fanId=fan["id"])
        await product.sandbox.happens("renew", fan=ROBIN, price="9.99")
        back = (await inbox.until("FanUpdated"))["fan"]
        assert (back["id"], back["deletedAt"], back["valueCents"]) == (fan["id"], None, 0)
        assert (await inbox.until("PaymentReceived"))["kind"] == "SUBSCRIPTION"


async def test_a_message_deleted_at_the_platform_is_gone_everywhere(product: Product) -> None:
    mia = product.client()
    await product.connect(mia)
    async with mia.subscribe(WATCH) as inbox:
        await inbox.until("InboxReady")
        kept = await product.sandbox.inbound(fan=ROBIN, text="Keep this")
        await inbox.until("MessageAdded")
        oops = await product.sandbox.inbound(fan=ROBIN, text="Oops")
        added = (await inbox.until("MessageAdded"))["message"]
        assert (await read(mia, ACCOUNTS))["unreadConversations"] == 1

        await product.sandbox.happens("delete", messageId=oops["messageId"])
        removed = await inbox.until("MessageRemoved")
        assert removed["messageId"] == added["id"]
        talk = removed["conversation"]["id"]
        assert removed["conversation"] == {
            "id": talk, "unreadCount": 1, "awaitingReply": True, "lastMessage": {"text": "Keep this"},
        }  # fmt: skip
        assert await read(mia, MESSAGE, id=added["id"]) is None
        assert (await read(mia, TALK, id=talk))["messages"] == {"totalCount": 1, "nodes": [{"text": "Keep this"}]}

        # One that is deleted before we hear of it never appears.
        early = envelope(message_id="early", text="Never seen", fromUser=ROBIN)
        gone = json.dumps({"event": "messages.deleted", "account_id": "acct_1", "payload": {"id": "early"}}).encode()
        for body in (gone, early, early):
            assert (await deliver(product, body, Signature=sign(body))).status_code == 200
        await product.sandbox.happens("delete", messageId=kept["messageId"])
        last = await inbox.until("MessageRemoved")
        assert last["conversation"] == {"id": talk, "unreadCount": 0, "awaitingReply": False, "lastMessage": None}
    assert [event["message"]["text"] for event in inbox.events if event["__typename"] == "MessageAdded"] == [
        "Keep this", "Oops",
    ]  # fmt: skip
    assert (await read(mia, ACCOUNTS))["unreadConversations"] == 0


async def test_sends_wait_while_the_session_is_gone_and_leave_by_themselves_once_it_is_back(product: Product) -> None:
    mia = product.client()
    await product.connect(mia)
    fan = await product.fan(mia, platformFanId="77")
    async with mia.subscribe(WATCH) as inbox:
        await inbox.until("InboxReady")
        await product.sandbox.happens("expire")
        stopped = (await inbox.until("AccountUpdated"))["account"]
        assert stopped["status"] == "SESSION_EXPIRED"
        assert (await read(mia, ACCOUNTS))["accounts"] == [stopped]

        answer = await product.send(mia, fanId=fan, text="Patience")
        assert answer["errors"] == []
        await inbox.until("MessageUpdated", status="QUEUED")
        waiting = await read(mia, MESSAGE, id=answer["message"]["id"])
        assert (waiting["status"], waiting["delivery"]["waitReason"]) == ("QUEUED", "ACCOUNT_DISCONNECTED")
        assert await product.sandbox.arrivals() == []

        await product.sandbox.happens("reconnect")
        back = (await inbox.until("AccountUpdated"))["account"]
        assert back == {"status": "CONNECTED", "statusDetail": None}
        await inbox.until("MessageUpdated", status="SENT")
    assert [arrival["text"] for arrival in await product.sandbox.arrivals()] == ["Patience"]
    assert (await read(mia, ACCOUNTS))["accounts"] == [back]


async def _unlocks_done(product: Product, count: int) -> bool:
    connection = await asyncpg.connect(product.settings.database_url.get_secret_value())
    query = "SELECT count(*) FROM webhook_deliveries WHERE kind = 'messages.ppv.unlocked' AND status = 'done'"
    done = await connection.fetchval(query)
    await connection.close()
    return bool(done == count)
