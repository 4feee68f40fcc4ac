"""Scheduled messages wait, are sent when their time has come, once, and can be taken back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from services.runtime.settings import Settings
from tests.flows.campaigns import bulk, status_of
from tests.flows.graphql_client import GraphQLClient
from tests.flows.product import Product, running_product, running_worker
from tests.waiting import eventually

MESSAGE = """query ($id: ID!) { message(id: $id) { status delivery { waitReason scheduledAt estimatedSendTime sentAt
  attempts { outcome } } } }"""
CANCEL = "mutation ($id: ID!) { cancelMessage(id: $id) { message { status } errors { code } } }"
LISTED = "{ conversations(first: 5) { nodes { lastMessage { text } messages(last: 9) { nodes { text status } } } } }"


async def message_of(client: GraphQLClient, message_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await client.run(MESSAGE, {"id": message_id}))["message"]
    return found


def written(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def time_passes(product: Product, ahead_seconds: float) -> datetime:
    """All schedules are due in a moment, as if it were an hour later; gives that moment."""
    connection = await asyncpg.connect(product.settings.database_url.get_secret_value())
    due: datetime = await connection.fetchval("SELECT clock_timestamp() + make_interval(secs => $1)", ahead_seconds)
    await connection.execute("UPDATE messages SET scheduled_at = $1", due)
    await connection.close()
    return due


async def test_two_workers_send_it_once_when_it_is_due(settings: Settings) -> None:
    hasty = settings.model_copy(update={"worker_sweep_seconds": 0.05})
    async with running_product(hasty, worker=False) as product:
        mia = product.client()
        await product.connect(mia)
        fan = await product.fan(mia)
        async with running_worker(product.settings), running_worker(product.settings):
            due = datetime.now(UTC) + timedelta(hours=1)
            kept = [
                (await product.send(mia, fanId=fan, text=f"{n}", scheduledAt=written(due)))["message"] for n in range(3)
            ]
            gone = (await product.send(mia, fanId=fan, text="gone", scheduledAt=written(due)))["message"]
            assert {message["status"] for message in [*kept, gone]} == {"PENDING"}
            waits = await message_of(mia, kept[0]["id"])
            assert (waits["delivery"]["waitReason"], waits["delivery"]["attempts"]) == ("SCHEDULED", [])
            assert waits["delivery"]["estimatedSendTime"] >= waits["delivery"]["scheduledAt"] == written(due)
            assert (await mia.run(LISTED))["conversations"]["nodes"] == []
            answer = (await mia.run(CANCEL, {"id": gone["id"]}))["cancelMessage"]
            assert answer == {"message": {"status": "CANCELLED"}, "errors": []}

            due = await time_passes(product, ahead_seconds=0.5)

            async def all_sent() -> bool:
                return {(await message_of(mia, each["id"]))["status"] for each in kept} == {"SENT"}

            await eventually(all_sent, 30)
            assert (await message_of(mia, kept[0]["id"]))["delivery"]["sentAt"] >= written(due)
        assert sorted(arrival["text"] for arrival in await product.sandbox.arrivals()) == ["0", "1", "2"]
        assert (await message_of(mia, gone["id"]))["delivery"]["attempts"] == []
        [talk] = (await mia.run(LISTED))["conversations"]["nodes"]
        assert talk["lastMessage"]["text"] in {"0", "1", "2"}
        assert talk["messages"]["nodes"][0]["text"] == "gone"


async def test_the_same_call_after_its_time_tells_what_it_made(settings: Settings) -> None:
    """Whoever lost the answer asks again, perhaps only when the message has long been sent."""
    async with running_product(settings.model_copy(update={"worker_sweep_seconds": 0.05})) as product:
        mia = product.client()
        await product.connect(mia)
        fan = await product.fan(mia, platformFanId="p1")
        due = datetime.now(UTC) + timedelta(seconds=3)
        one = {"fanId": fan, "text": "Good morning", "scheduledAt": written(due), "idempotencyKey": "k"}
        many = {"scheduledAt": written(due), "idempotencyKey": "k"}
        message, campaign = (await product.send(mia, **one))["message"], (await bulk(mia, [fan], **many))["campaign"]

        async def both_sent() -> bool:
            return len(await product.sandbox.arrivals()) == 2 and await status_of(mia, campaign["id"]) == "COMPLETED"

        await eventually(both_sent, 30)
        again = await product.send(mia, **one)
        assert (again["message"]["id"], again["errors"]) == (message["id"], [])
        repeated = await bulk(mia, [fan], **many)
        assert (repeated["campaign"]["id"], repeated["errors"]) == (campaign["id"], [])
        other = await product.send(mia, **one | {"text": "Good night"})
        assert [error["code"] for error in other["errors"]] == ["CONFLICT"]
        late = await product.send(mia, **one | {"idempotencyKey": "another"})
        assert [error["path"] for error in late["errors"]] == [["input", "scheduledAt"]]
        assert len(await product.sandbox.arrivals()) == 2
