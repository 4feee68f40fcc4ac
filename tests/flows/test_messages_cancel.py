"""Taking a message back while a worker may be at it: either it is never sent, or it is too late and it is sent."""

from __future__ import annotations

import asyncio
import random
from typing import Any

from services.runtime.settings import Settings
from tests.flows.faults import HELD_SECONDS
from tests.flows.graphql_client import GraphQLClient
from tests.flows.product import INBOX, Product, running_product
from tests.waiting import eventually

CANCEL = """mutation ($id: ID!) { cancelMessage(id: $id) { message { id status } errors { code path } } }"""
MESSAGE = """query ($id: ID!) { message(id: $id) { status delivery { attempts { number outcome } }
  conversation { awaitingReply lastMessage { text status } } } }"""
ROUNDS, FANS = 5, 8


async def cancel(client: GraphQLClient, message_id: str) -> tuple[str | None, list[Any]]:
    answer = (await client.run(CANCEL, {"id": message_id}))["cancelMessage"]
    return answer["message"] and answer["message"]["status"], answer["errors"]


async def message_of(client: GraphQLClient, message_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await client.run(MESSAGE, {"id": message_id}))["message"]
    return found


CONFLICT = (None, [{"code": "CONFLICT", "path": ["id"]}])
NOT_FOUND = (None, [{"code": "NOT_FOUND", "path": ["id"]}])


async def test_what_waits_is_never_sent_and_the_one_before_is_last_again(settings: Settings) -> None:
    async with running_product(settings, worker=False) as product:
        mia = product.client()
        await product.connect(mia)
        fan = await product.fan(mia)
        first = (await product.send(mia, fanId=fan, text="first"))["message"]
        second = (await product.send(mia, fanId=fan, text="second"))["message"]
        async with mia.subscribe(INBOX) as inbox:
            await inbox.until("InboxReady")
            assert await cancel(mia, second["id"]) == ("CANCELLED", [])
            assert (await inbox.next())["status"] == "CANCELLED"
            changed = (await inbox.next())["conversation"]
            assert changed["lastMessage"] == {"id": first["id"]}
        assert await cancel(mia, second["id"]) == CONFLICT
        assert await cancel(product.client("stranger"), first["id"]) == NOT_FOUND
        assert await cancel(mia, "no id") == NOT_FOUND
        assert await cancel(mia, first["id"]) == ("CANCELLED", [])
        assert (await message_of(mia, first["id"]))["conversation"] == {"awaitingReply": False, "lastMessage": None}
        assert await product.sandbox.arrivals() == []


async def test_the_fan_waits_again_for_an_answer(product: Product) -> None:
    mia = product.client()
    await product.connect(mia)
    async with mia.subscribe(INBOX) as inbox:
        await product.sandbox.inbound(fan={"id": "77", "username": "kim", "name": "Kim"}, text="Hi")
        talk = (await inbox.until("ConversationUpdated"))["conversation"]["id"]
    late = "2027-01-01T00:00:00Z"
    scheduled = (await product.send(mia, conversationId=talk, text="scheduled", scheduledAt=late))["message"]
    assert await cancel(mia, scheduled["id"]) == ("CANCELLED", [])
    waiting = {"awaitingReply": True, "lastMessage": {"text": "Hi", "status": "RECEIVED"}}
    assert (await message_of(mia, scheduled["id"]))["conversation"] == waiting


async def test_a_reserved_slot_is_given_back(product: Product) -> None:
    mia = product.client()
    await product.connect(mia)
    fan = await product.fan(mia)
    await product.sandbox.fault("delay", seconds=HELD_SECONDS, on="lookup")
    taken_back = (await product.send(mia, fanId=fan, text="taken back"))["message"]["id"]

    async def reserved() -> bool:
        found = await message_of(mia, taken_back)
        return bool(found["delivery"]["attempts"] == [{"number": 1, "outcome": None}] and found["status"] == "QUEUED")

    await eventually(reserved, what="the reservation")
    assert await cancel(mia, taken_back) == ("CANCELLED", [])
    await product.sandbox.mend()
    after = (await product.send(mia, fanId=fan, text="after it"))["message"]["id"]
    await eventually(lambda: is_sent(mia, after), 20)
    assert (await message_of(mia, taken_back))["delivery"]["attempts"] == []
    assert [arrival["text"] for arrival in await product.sandbox.arrivals()] == ["after it"]


async def test_while_it_is_being_sent_it_is_too_late(product: Product) -> None:
    mia = product.client()
    await product.connect(mia)
    await product.sandbox.fault("delay", seconds=HELD_SECONDS)
    async with mia.subscribe(INBOX) as inbox:
        sent = (await product.send(mia, fanId=await product.fan(mia), text="on its way"))["message"]["id"]
        await inbox.until("MessageUpdated", status="SENDING")
        assert await cancel(mia, sent) == CONFLICT
        await product.sandbox.mend()
        await inbox.until("MessageUpdated", status="SENT")
    assert await cancel(mia, sent) == CONFLICT
    assert [arrival["text"] for arrival in await product.sandbox.arrivals()] == ["on its way"]


async def test_in_a_race_it_is_one_or_the_other(settings: Settings) -> None:
    swift = {"rate_limit_messages": 1000, "rate_limit_window_seconds": 1, "rate_limit_min_gap_seconds": 0}
    async with running_product(settings.model_copy(update=swift)) as product:
        mia = product.client()
        await product.connect(mia)
        turns = await asyncio.gather(*(_race(product, mia, number) for number in range(FANS)))
        cancelled = {text for outcomes in turns for text, message_id in outcomes.items() if message_id is None}
        late = {text: each for outcomes in turns for text, each in outcomes.items() if each is not None}
        assert len(cancelled) + len(late) == ROUNDS * FANS
        for message_id in late.values():
            await eventually(lambda message_id=message_id: is_sent(mia, message_id), 30)  # type: ignore[misc]
        arrived = [arrival["text"] for arrival in await product.sandbox.arrivals()]
        assert sorted(arrived) == sorted(late)


async def _race(product: Product, mia: GraphQLClient, number: int) -> dict[str, str | None]:
    """Send and cancel in turn; gives for each text the message's id where the cancel came too late."""
    chance = random.Random(number)
    fan = await product.fan(mia, f"fan{number}")
    outcomes: dict[str, str | None] = {}
    for turn in range(ROUNDS):
        text = f"{number}.{turn}"
        message_id = (await product.send(mia, fanId=fan, text=text))["message"]["id"]
        await asyncio.sleep(chance.uniform(0, 0.15))
        answer = await cancel(mia, message_id)
        assert answer in [("CANCELLED", []), CONFLICT]
        outcomes[text] = None if answer != CONFLICT else message_id
    return outcomes


async def is_sent(client: GraphQLClient, message_id: str) -> bool:
    return bool((await message_of(client, message_id))["status"] == "SENT")
