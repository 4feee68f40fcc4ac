"""Messages of unknown outcome through the whole product: shown, settled by themselves, delivered once."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from services.runtime.settings import Settings
from services.sending.proof import ANNOUNCED, READ_BACK
from tests.flows.faults import HELD_SECONDS, worker_process
from tests.flows.graphql_client import GraphQLClient, Subscription
from tests.flows.product import INBOX, SECRET, Product, running_product, running_worker
from tests.waiting import eventually

MESSAGE = """query ($id: ID!) { message(id: $id) { status delivery { failureReason platformMessageId
  attempts { outcome detail } } conversation { lastMessage { id } messages { nodes { id text status origin } } } } }"""
REMOVALS = """subscription { inboxEvents { __typename cursor ... on MessageAdded { message { id text origin } }
  ... on MessageUpdated { status message { id } } ... on MessageRemoved { messageId } } }"""
PATIENT = 60


@pytest.fixture
async def quiet(settings: Settings) -> AsyncIterator[tuple[Product, GraphQLClient, str]]:
    """A product whose platform announces nothing, and a fan; calls end after a second."""
    swift = {"platform_timeout_seconds": 1, "worker_sweep_seconds": 0.5}
    async with running_product(settings.model_copy(update=swift)) as product:
        mia = product.client()
        await product.connect(mia, announceSent=False)
        yield product, mia, await product.fan(mia)


async def message_of(client: GraphQLClient, message_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await client.run(MESSAGE, {"id": message_id}))["message"]
    return found


async def outcomes(client: GraphQLClient, message_id: str) -> list[tuple[str | None, str | None]]:
    found = (await message_of(client, message_id))["delivery"]["attempts"]
    return [(each["outcome"], each["detail"]) for each in found]


async def in_database(product: Product, *statements: str) -> None:
    connection = await asyncpg.connect(product.settings.database_url.get_secret_value())
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


async def announce(product: Product, message_id: int, chat: str, text: str) -> None:
    """A signed webhook of a message that the account has sent."""
    payload = {
        "id": message_id,
        "text": text,
        "price": 0,
        "createdAt": datetime.now(UTC).isoformat(),
        "toUser": {"id": int(chat)},
    }
    body = json.dumps({"event": "messages.sent", "account_id": "acct_1", "payload": payload}).encode()
    signed = {"Signature": hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}
    answer = await product.http.post(f"{product.url}/webhooks/sandbox", content=body, headers=signed)
    assert answer.status_code == 200


def statuses(inbox: Subscription) -> list[str]:
    return [event["status"] for event in inbox.events if event["__typename"] == "MessageUpdated"]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"kind": "cut_after"}, "the connection broke"),
        ({"kind": "accept_then_500"}, "HTTP 500: Server error"),
        ({"kind": "delay_after", "seconds": 3}, "no answer in time"),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_it_is_shown_repeated_by_itself_and_delivered_once(
    quiet: tuple[Product, GraphQLClient, str], fault: dict[str, Any], reason: str
) -> None:
    product, mia, fan = quiet
    await product.sandbox.fault(**fault)
    async with mia.subscribe(INBOX) as inbox:
        sent = (await product.send(mia, fanId=fan, text="once"))["message"]["id"]
        await inbox.until("MessageUpdated", PATIENT, status="UNKNOWN")
        shown = await message_of(mia, sent)
        await inbox.until("MessageUpdated", PATIENT, status="SENT")
    assert (shown["status"], shown["delivery"]["failureReason"]) == ("UNKNOWN", reason)
    assert statuses(inbox) == ["QUEUED", "SENDING", "UNKNOWN", "SENT"]
    first, second = await product.sandbox.arrivals()
    assert (first["idempotencyKey"], first["body"]) == (second["idempotencyKey"], second["body"])
    assert (first["delivered"], second["delivered"], second["repeat"]) == (True, False, True)
    settled = await message_of(mia, sent)
    assert settled["delivery"]["platformMessageId"] == str(first["messageId"])
    assert await outcomes(mia, sent) == [("UNKNOWN", reason), ("SENT", None)]
    assert len(settled["conversation"]["messages"]["nodes"]) == 1


async def test_a_webhook_proves_it(quiet: tuple[Product, GraphQLClient, str]) -> None:
    """The platform refuses repeats and cannot be read; what it tells by itself is proof enough."""
    product, mia, fan = quiet
    await product.sandbox.fault("cut_after")
    await product.sandbox.fault("status", status=404, count=1000)
    await product.sandbox.fault("status", status=500, count=1000, on="list")
    sent = (await product.send(mia, fanId=fan, text="Hi <3 & bye"))["message"]["id"]
    await eventually(lambda: _has(mia, sent, "REFUSED"), PATIENT, "the refused repeat")
    assert (await message_of(mia, sent))["status"] == "UNKNOWN"
    [arrival] = [each for each in await product.sandbox.arrivals() if each["delivered"]]

    for _ in range(2):
        await announce(product, arrival["messageId"], arrival["chatId"], "<p>Hi &lt;3 &amp; bye</p>")

    await eventually(lambda: _is(mia, sent, "SENT"), PATIENT)
    settled = await message_of(mia, sent)
    assert settled["delivery"]["platformMessageId"] == str(arrival["messageId"])
    assert settled["delivery"]["failureReason"] is None
    assert (await outcomes(mia, sent))[0] == ("SENT", ANNOUNCED)
    assert len(settled["conversation"]["messages"]["nodes"]) == 1
    assert await product.sandbox.delivered() == 1


async def test_a_webhook_that_comes_before_our_own_answer(product: Product) -> None:
    mia = product.client()
    await product.connect(mia)
    await product.sandbox.fault("delay_after", seconds=HELD_SECONDS)
    async with mia.subscribe(INBOX) as inbox:
        sent = (await product.send(mia, fanId=await product.fan(mia), text="early"))["message"]["id"]
        await inbox.until("MessageUpdated", PATIENT, status="SENT")
        await product.sandbox.mend()
        await eventually(lambda: _answered(product), PATIENT)
        await eventually(product.at_rest, PATIENT)
    settled = await message_of(mia, sent)
    [arrival] = await product.sandbox.arrivals()
    assert [node["id"] for node in settled["conversation"]["messages"]["nodes"]] == [sent]
    assert settled["delivery"]["platformMessageId"] == str(arrival["messageId"])
    # Our own answer came later, and found it told.
    assert await outcomes(mia, sent) == [("SENT", ANNOUNCED)]
    assert statuses(inbox) == ["QUEUED", "SENDING", "SENT"]


async def test_it_is_found_in_the_chat(quiet: tuple[Product, GraphQLClient, str]) -> None:
    product, mia, fan = quiet
    await product.sandbox.fault("cut_after")
    await product.sandbox.fault("status", status=404, count=1000)
    sent = (await product.send(mia, fanId=fan, text="somewhere"))["message"]["id"]
    await eventually(lambda: _is(mia, sent, "SENT"), PATIENT)
    first, *repeats = await outcomes(mia, sent)
    assert first == ("SENT", READ_BACK)
    assert {outcome for outcome, _ in repeats} == {"REFUSED"}
    assert await product.sandbox.delivered() == 1


async def test_a_worker_killed_while_it_sends_leaves_an_unknown_that_is_delivered_once(settings: Settings) -> None:
    slow = settings.model_copy(update={"platform_timeout_seconds": 60, "worker_lease_seconds": 62})
    async with running_product(slow, worker=False) as product:
        mia = product.client()
        await product.connect(mia, announceSent=False)
        fan = await product.fan(mia)
        await product.sandbox.fault("delay_after", seconds=60)
        async with worker_process(product.settings) as worker:
            sent = (await product.send(mia, fanId=fan, text="once"))["message"]["id"]
            await eventually(lambda: _delivered(product, 1), PATIENT)
            await worker.kill()
        await product.sandbox.mend()
        assert (await message_of(mia, sent))["status"] == "SENDING"
        await in_database(product, "UPDATE attempts SET lease_until = clock_timestamp() - interval '1 second'")
        swift = product.settings.model_copy(update={"worker_sweep_seconds": 0.2})
        async with mia.subscribe(INBOX) as inbox, running_worker(swift):
            await inbox.until("MessageUpdated", PATIENT, status="UNKNOWN")
            await inbox.until("MessageUpdated", PATIENT, status="SENT")
        assert await product.sandbox.delivered() == 1
        assert [outcome for outcome, _ in await outcomes(mia, sent)] == ["UNKNOWN", "SENT"]


async def test_after_its_time_only_a_person_sends_it_again(quiet: tuple[Product, GraphQLClient, str]) -> None:
    product, mia, fan = quiet
    await product.sandbox.fault("cut_before", count=1000)
    sent = (await product.send(mia, fanId=fan, text="by hand"))["message"]["id"]
    await eventually(lambda: _is(mia, sent, "UNKNOWN"), PATIENT)
    # As if it had been repeated, and looked for, in vain.
    await in_database(
        product,
        "UPDATE messages SET not_before = NULL, repeat_until = clock_timestamp() - interval '1 second', read_backs = 4",
    )
    await product.sandbox.mend()
    other = await product.fan(mia, "kim")
    after = (await product.send(mia, fanId=other, text="meanwhile"))["message"]["id"]
    await eventually(lambda: _is(mia, after, "SENT"), PATIENT)
    assert [each["text"] for each in await product.sandbox.arrivals() if each["delivered"]] == ["meanwhile"]

    retry = "mutation ($ids: [ID!]) { retryMessages(ids: $ids, resendUnknown: true) { errors { code } } }"
    assert (await mia.run(retry, {"ids": [sent]}))["retryMessages"] == {"errors": []}

    await eventually(lambda: _is(mia, sent, "SENT"), PATIENT)
    texts = sorted(each["text"] for each in await product.sandbox.arrivals() if each["delivered"])
    assert texts == ["by hand", "meanwhile"]


async def test_what_was_sent_in_the_app_is_in_the_conversation(product: Product) -> None:
    mia = product.client()
    await product.connect(mia)
    async with mia.subscribe(REMOVALS) as inbox:
        await inbox.until("InboxReady")
        headers = {"Authorization": "Bearer key-acct_1"}
        answer = await product.http.post(
            f"{product.sandbox_url}/acct_1/chats/77/messages", json={"text": "From the app"}, headers=headers
        )
        assert answer.status_code == 200
        added = await inbox.until("MessageAdded", PATIENT)
    assert (added["message"]["text"], added["message"]["origin"]) == ("From the app", "PLATFORM_APP")
    shown = await message_of(mia, added["message"]["id"])
    assert (shown["status"], shown["conversation"]["lastMessage"]) == ("SENT", {"id": added["message"]["id"]})
    assert shown["delivery"]["attempts"] == []
    status = (await mia.run("{ queueStatus { messagesQueuedToday messagesProcessedToday } }"))["queueStatus"]
    assert status == {"messagesQueuedToday": 0, "messagesProcessedToday": 0}


async def test_a_copy_that_turns_out_to_be_ours_goes(quiet: tuple[Product, GraphQLClient, str]) -> None:
    """The platform has changed the text, so that its announcement is not recognised; then a repeat brings the id."""
    product, mia, fan = quiet
    await product.sandbox.fault("cut_after", count=1000)
    async with mia.subscribe(REMOVALS) as inbox:
        sent = (await product.send(mia, fanId=fan, text="see http://e.com"))["message"]["id"]
        await inbox.until("MessageUpdated", PATIENT, status="UNKNOWN")
        arrival, *_ = await product.sandbox.arrivals()
        await announce(product, arrival["messageId"], arrival["chatId"], "see [link]")
        copy = (await inbox.until("MessageAdded", PATIENT))["message"]
        await product.sandbox.mend()
        await inbox.until("MessageUpdated", PATIENT, status="SENT")
        [removed] = [event for event in inbox.events if event["__typename"] == "MessageRemoved"]
    assert (copy["origin"], removed["messageId"]) == ("PLATFORM_APP", copy["id"])
    settled = await message_of(mia, sent)
    assert [node["id"] for node in settled["conversation"]["messages"]["nodes"]] == [sent]
    assert settled["conversation"]["lastMessage"] == {"id": sent}
    assert await product.sandbox.delivered() == 1


async def _is(client: GraphQLClient, message_id: str, status: str) -> bool:
    return str((await message_of(client, message_id))["status"]) == status


async def _has(client: GraphQLClient, message_id: str, outcome: str) -> bool:
    return outcome in [found for found, _ in await outcomes(client, message_id)]


async def _delivered(product: Product, count: int) -> bool:
    return await product.sandbox.delivered() == count


async def _answered(product: Product) -> bool:
    return all(arrival["status"] == 200 for arrival in await product.sandbox.arrivals())
