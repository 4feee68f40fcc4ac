"""Fans who go and come back, as seen by a client, an open inbox and the platform."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.flows.faults import HELD_SECONDS
from tests.flows.graphql_client import GraphQLClient
from tests.flows.product import Product
from tests.waiting import eventually

DELETE = """mutation ($id: ID!, $erase: Boolean! = false) { deleteFan(id: $id, erase: $erase) {
  deletedId deletedConversationId errors { code path } } }"""
FAN = "query ($id: ID!) { fan(id: $id) { name handle notes valueCents deletedAt conversation { id } } }"
LISTS = """{ fans { totalCount nodes { id name } } conversations { nodes { fan { id } } } fanTags { tag }
  viewer { inboxCursor } }"""
THREAD = """query ($id: ID!) { conversation(id: $id) { fan { name } messages {
  nodes { id text status attachments { url } } } } }"""
INBOX = """subscription ($after: String) { inboxEvents(after: $after) { __typename cursor
  ... on MessageAdded { message { text } } ... on MessageUpdated { status message { id text } }
  ... on FanUpdated { fan { id name deletedAt } } ... on FanDeleted { fanId conversationId } } }"""
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).isoformat()
WHO = {"id": "77", "username": "robin", "name": "Robin"}


async def delete(client: GraphQLClient, fan: str, *, erase: bool = False) -> dict[str, Any]:
    answer: dict[str, Any] = (await client.run(DELETE, {"id": fan, "erase": erase}))["deleteFan"]
    return answer


async def fan_of(client: GraphQLClient, fan: str) -> dict[str, Any]:
    found: dict[str, Any] = (await client.run(FAN, {"id": fan}))["fan"]
    return found


async def wrote(product: Product, client: GraphQLClient, text: str) -> str:
    """Robin writes; gives the fan that the list has for her."""
    before = len((await client.run(LISTS))["conversations"]["nodes"])
    await product.sandbox.inbound(fan=WHO, text=text)

    async def listed() -> bool:
        return len((await client.run(LISTS))["conversations"]["nodes"]) > before

    await eventually(listed, what="the conversation")
    [node] = (await client.run(LISTS))["conversations"]["nodes"]
    return str(node["fan"]["id"])


async def test_a_deleted_fan_is_nowhere_until_she_writes_again(product: Product) -> None:
    mia = product.client()
    await product.connect(mia)
    fan = await wrote(product, mia, "Hello")
    talk = (await fan_of(mia, fan))["conversation"]["id"]
    later = (await product.send(mia, fanId=fan, text="Later", scheduledAt=TOMORROW))["message"]
    cursor = (await mia.run(LISTS))["viewer"]["inboxCursor"]
    async with mia.subscribe(INBOX, {"after": cursor}) as inbox:
        await inbox.until("InboxReady")
        assert await delete(mia, fan) == {"deletedId": fan, "deletedConversationId": talk, "errors": []}
        cancelled = await inbox.until("MessageUpdated", status="CANCELLED")
        assert cancelled["message"]["id"] == later["id"]
        gone = await inbox.until("FanDeleted")
        assert (gone["fanId"], gone["conversationId"]) == (fan, talk)

        lists = await mia.run(LISTS)
        assert (lists["fans"]["totalCount"], lists["fans"]["nodes"]) == (0, [])
        assert lists["conversations"]["nodes"] == []
        tombstone = await fan_of(mia, fan)
        assert (tombstone["name"], tombstone["deletedAt"] is None) == ("Robin", False)
        refused = await product.send(mia, fanId=fan, text="Are you there?")
        assert [error["code"] for error in refused["errors"]] == ["NOT_FOUND"]

        assert await wrote(product, mia, "Back again") == fan
        back = await inbox.until("FanUpdated")
        assert back["fan"] == {"id": fan, "name": "Robin", "deletedAt": None}
    assert [node["id"] for node in (await mia.run(LISTS))["fans"]["nodes"]] == [fan]
    thread = (await mia.run(THREAD, {"id": talk}))["conversation"]["messages"]["nodes"]
    assert {(node["text"], node["status"]) for node in thread} == {
        ("Hello", "RECEIVED"), ("Later", "CANCELLED"), ("Back again", "RECEIVED"),
    }  # fmt: skip
    assert await product.sandbox.arrivals() == []


async def test_an_erased_fan_is_forgotten_and_comes_back_as_somebody_new(product: Product) -> None:
    mia = product.client()
    await product.connect(mia)
    start = (await mia.run(LISTS))["viewer"]["inboxCursor"]
    fan = await wrote(product, mia, "My secret")
    talk = (await fan_of(mia, fan))["conversation"]["id"]
    async with mia.subscribe(INBOX) as inbox:
        await inbox.until("InboxReady")
        assert (await delete(mia, fan, erase=True))["errors"] == []
        gone = await inbox.until("FanDeleted")
        assert (gone["fanId"], gone["conversationId"]) == (fan, talk)
    forgotten = await fan_of(mia, fan)
    assert (forgotten["name"], forgotten["handle"], forgotten["deletedAt"] is None) == ("Deleted fan", None, False)
    conversation = (await mia.run(THREAD, {"id": talk}))["conversation"]
    assert conversation["fan"]["name"] == "Deleted fan"
    assert [(node["text"], node["status"]) for node in conversation["messages"]["nodes"]] == [("", "RECEIVED")]
    again = await delete(mia, fan, erase=True)
    assert again == {
        "deletedId": None,
        "deletedConversationId": None,
        "errors": [{"code": "NOT_FOUND", "path": ["id"]}],
    }

    # Whoever missed it all is told everything in its present state; a fan who is gone has no conversation to show.
    async with mia.subscribe(INBOX, {"after": start}) as missed:
        await missed.until("InboxReady")
    assert [event["__typename"] for event in missed.events] == [
        "FanUpdated", "MessageAdded", "FanDeleted", "InboxReady",
    ]  # fmt: skip
    assert missed.events[0]["fan"]["name"] == "Deleted fan"
    assert missed.events[1]["message"] == {"text": ""}

    stranger = await wrote(product, mia, "Do you know me?")
    assert stranger != fan
    assert (await fan_of(mia, stranger))["name"] == "Robin"
    assert (await fan_of(mia, fan))["name"] == "Deleted fan"


async def test_a_message_that_is_being_sent_arrives_and_is_forgotten(product: Product) -> None:
    mia = product.client()
    await product.connect(mia)
    fan = await wrote(product, mia, "Hi")
    talk = (await fan_of(mia, fan))["conversation"]["id"]
    await product.sandbox.fault("delay", seconds=HELD_SECONDS)
    async with mia.subscribe(INBOX) as inbox:
        await inbox.until("InboxReady")
        first = (await product.send(mia, fanId=fan, text="Under way"))["message"]
        second = (await product.send(mia, fanId=fan, text="Behind it"))["message"]
        await inbox.until("MessageUpdated", status="SENDING")
        assert (await delete(mia, fan, erase=True))["errors"] == []
        await product.sandbox.mend()
        await inbox.until("MessageUpdated", status="SENT")
    thread = (await mia.run(THREAD, {"id": talk}))["conversation"]["messages"]["nodes"]
    states = {node["id"]: (node["text"], node["status"]) for node in thread}
    assert (states[first["id"]], states[second["id"]]) == (("", "SENT"), ("", "CANCELLED"))
    assert [arrival["text"] for arrival in await product.sandbox.arrivals()] == ["Under way"]
