"""Queue away, flags off, workers killed: nothing accepted is lost, nothing is sent twice."""

from __future__ import annotations

from typing import Any

import asyncpg

from services.runtime.settings import Settings
from tests.flows.faults import without_sqs, worker_process
from tests.flows.graphql_client import GraphQLClient
from tests.flows.product import INBOX, Product, running_product, running_worker
from tests.waiting import eventually

MESSAGE = "query ($id: ID!) { message(id: $id) { status delivery { waitReason failureReason attempts { outcome } } } }"


async def message_of(client: GraphQLClient, message_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await client.run(MESSAGE, {"id": message_id}))["message"]
    return found


async def test_a_queue_that_is_away_fails_the_message_and_keeps_it(settings: Settings) -> None:
    patient = settings.model_copy(update={"operation_timeout_seconds": 60.0})
    async with running_product(without_sqs(patient)) as product:
        mia = product.client()
        await product.connect(mia)
        fan = await product.fan(mia)
        answer = await product.send(mia, fanId=fan, text="Kept")
        assert [(error["code"], error["path"]) for error in answer["errors"]] == [("QUEUE_UNAVAILABLE", None)]
        assert answer["message"]["status"] == "FAILED"
        assert answer["message"]["text"] == "Kept"
        assert await product.sandbox.arrivals() == []
        kept = await message_of(mia, answer["message"]["id"])
        assert (kept["status"], kept["delivery"]["attempts"]) == ("FAILED", [])
        status = (await mia.run("{ queueStatus { depth backlog { failed } health dlqCount } }"))["queueStatus"]
        assert status == {"depth": 0, "backlog": {"failed": 1}, "health": "DEGRADED", "dlqCount": None}


async def test_a_worker_killed_before_it_sent_sends_after_its_restart_once(settings: Settings) -> None:
    """The message is in SQS; the worker dies; the next one finds it and sends it once."""
    async with running_product(settings, worker=False) as product:
        mia = product.client()
        await product.connect(mia)
        fan = await product.fan(mia)
        await product.sandbox.fault("delay", seconds=30, count=1, on="lookup")
        async with worker_process(product.settings) as worker:
            sent = await product.send(mia, fanId=fan, text="Once")
            assert sent["errors"] == []
            # Killed while it looks the fan up: a slot is reserved and nothing has left.
            await eventually(lambda: _reserved(product, sent["message"]["id"]), 30, "the reservation")
            await worker.kill()
        assert await product.sandbox.arrivals() == []
        impatient = product.settings.model_copy(update={"worker_lease_seconds": 13, "worker_sweep_seconds": 0.2})
        await _end_leases(product)
        async with running_worker(impatient), mia.subscribe(INBOX) as inbox:
            await inbox.until("MessageUpdated", 30, status="SENT")
        assert [arrival["text"] for arrival in await product.sandbox.arrivals()] == ["Once"]


async def test_a_worker_that_never_saw_the_message_finds_it_in_the_queue(settings: Settings) -> None:
    async with running_product(settings, worker=False) as product:
        mia = product.client()
        await product.connect(mia)
        sent = await product.send(mia, fanId=await product.fan(mia), text="Later")
        assert sent["message"]["status"] == "QUEUED"
        assert await product.sandbox.arrivals() == []
        async with running_worker(product.settings):
            await eventually(lambda: _is_sent(mia, sent["message"]["id"]), 20)
        assert [arrival["text"] for arrival in await product.sandbox.arrivals()] == ["Later"]


async def test_sending_switched_off_refuses_and_keeps_what_waits(settings: Settings) -> None:
    async with running_product(settings, worker=False) as product:
        mia = product.client()
        await product.connect(mia)
        fan = await product.fan(mia)
        waiting = (await product.send(mia, fanId=fan))["message"]["id"]
    off = product.settings.model_copy(update={"rate_limiter_enabled": False})
    async with running_product(off) as switched_off:
        mia = switched_off.client()
        refused = await switched_off.send(mia, fanId=fan)
        assert [error["code"] for error in refused["errors"]] == ["SENDING_DISABLED"]
        assert refused["message"] is None
        kept = await message_of(mia, waiting)
        assert (kept["status"], kept["delivery"]["waitReason"]) == ("QUEUED", "SENDING_DISABLED")


async def test_the_crm_switched_off_refuses_every_mutation_and_keeps_queries(settings: Settings) -> None:
    off = settings.model_copy(update={"onlyfans_crm_enabled": False})
    async with running_product(off, worker=False) as product:
        mia = product.client()
        answer = await mia.run('mutation { createFan(input: {name: "Kim"}) { fan { id } errors { code } } }')
        assert answer["createFan"] == {"fan": None, "errors": [{"code": "SENDING_DISABLED"}]}
        assert (await mia.run("{ viewer { userId } }"))["viewer"]["userId"] == "mia"


async def _is_sent(client: GraphQLClient, message_id: str) -> bool:
    return str((await message_of(client, message_id))["status"]) == "SENT"


async def _reserved(product: Product, message_id: str) -> bool:
    delivery = (await message_of(product.client(), message_id))["delivery"]
    return bool(delivery["attempts"] == [{"outcome": None}])


async def _end_leases(product: Product) -> None:
    """Let the time pass in which the dead worker's reservation could still be its own."""
    connection = await asyncpg.connect(product.settings.database_url.get_secret_value())
    await connection.execute("UPDATE attempts SET lease_until = clock_timestamp() - interval '1 hour'")
    await connection.close()
