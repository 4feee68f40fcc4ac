"""Scheduled messages wait, are sent when their time has come, once, and can be taken back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from services.runtime.settings import Settings
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
