"""Pause, resume, cancel, schedules, failures: nobody is forgotten and nobody is written to twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial

import asyncpg
import pytest

from services.runtime.settings import Settings
from tests.flows.campaigns import START, bulk, campaign_of, fans_of, numbers, status_of, steer
from tests.flows.faults import worker_process
from tests.flows.graphql_client import GraphQLClient
from tests.flows.product import Product, running_product, running_worker
from tests.flows.test_accounts import DISCONNECT
from tests.flows.test_messages_scheduled import written
from tests.waiting import eventually

SLOW = {"rate_limit_messages": 10, "rate_limit_window_seconds": 2, "rate_limit_min_gap_seconds": 0.1}
SWEEPS = {"worker_sweep_seconds": 0.1}


@pytest.fixture
async def slow(settings: Settings) -> AsyncIterator[Product]:
    async with running_product(settings.model_copy(update=SLOW | SWEEPS)) as product:
        yield product


async def test_paused_resumed_and_cancelled_within_a_step(slow: Product) -> None:
    mia = slow.client()
    await slow.connect(mia)
    everybody = 40  # more than are written to before a test on a busy machine has cancelled
    key = (await bulk(mia, await fans_of(slow, mia, everybody)))["campaign"]["id"]
    await eventually(lambda: _arrived(slow, 2), 30)
    paused = await steer(mia, "pauseCampaign", key)
    assert paused == {"campaign": {"id": key, "status": "PAUSED", "statusDetail": None}, "errors": []}
    await eventually(slow.at_rest, 30)
    arrived = len(await slow.sandbox.arrivals())
    waits = (await campaign_of(mia, key))["messages"]["nodes"][-1]["id"]
    reason = await mia.run("query ($id: ID!) { message(id: $id) { delivery { waitReason } } }", {"id": waits})
    assert reason["message"]["delivery"]["waitReason"] == "CAMPAIGN_PAUSED"
    again = await steer(mia, "pauseCampaign", key)
    assert [(error["code"], error["path"]) for error in again["errors"]] == [("CONFLICT", ["id"])]
    reply = await slow.fan(mia, "reply", platformFanId="reply")
    await slow.send(mia, fanId=reply, text="a reply is not held back")
    await eventually(lambda: _arrived(slow, arrived + 1), 30)
    assert (await slow.sandbox.arrivals())[-1]["text"] == "a reply is not held back"
    assert (await steer(mia, "resumeCampaign", key))["campaign"]["status"] == "ACTIVE"
    await eventually(lambda: _arrived(slow, arrived + 3), 30)
    assert (await steer(mia, "cancelCampaign", key))["campaign"]["status"] == "CANCELLED"
    await eventually(slow.at_rest, 30)
    metrics = (await campaign_of(mia, key))["metrics"]
    texts = [each["text"] for each in await slow.sandbox.arrivals()]
    assert metrics == numbers(recipients=everybody, sent=len(texts) - 1, cancelled=everybody - (len(texts) - 1))
    assert metrics["cancelled"] > 0
    assert len(set(texts)) == len(texts)
    late = await steer(mia, "resumeCampaign", key)
    assert [error["code"] for error in late["errors"]] == ["CONFLICT"]


async def test_killed_workers_pause_and_resume_neither_repeat_nor_drop_anybody(settings: Settings) -> None:
    quick = {"rate_limit_messages": 50, "rate_limit_window_seconds": 2, "rate_limit_min_gap_seconds": 0.02}
    impatient = settings.model_copy(
        update=quick | SWEEPS | {"worker_lease_seconds": 13, "platform_timeout_seconds": 1}
    )  # fmt: skip
    async with running_product(impatient, worker=False) as product:
        mia = product.client()
        await product.connect(mia)
        fans = await fans_of(product, mia, 20)
        key = (await bulk(mia, fans))["campaign"]["id"]
        for enough in (1, 5, 9):
            async with worker_process(product.settings) as worker:
                await eventually(partial(_arrived, product, enough), 40)
                await steer(mia, "pauseCampaign", key)
                await worker.kill()
            await _end_reservations(product)
            await steer(mia, "resumeCampaign", key)
        async with running_worker(product.settings):
            await eventually(lambda: _settled(mia, key), 60)
        metrics = (await campaign_of(mia, key))["metrics"]
        delivered = [each for each in await product.sandbox.arrivals() if each["delivered"]]
        assert sorted(each["text"] for each in delivered) == sorted({each["text"] for each in delivered})
        assert metrics["sent"] + metrics["unknown"] == metrics["recipients"] == 20
        assert len(delivered) >= metrics["sent"]


async def test_a_schedule_starts_once_by_itself_with_two_workers(slow: Product) -> None:
    async with running_worker(slow.settings):
        mia = slow.client()
        await slow.connect(mia)
        fans = await fans_of(slow, mia, 3)
        at = written(datetime.now(UTC) + timedelta(hours=2))
        made = (await bulk(mia, fans, scheduledAt=at))["campaign"]
        assert made["status"] == "SCHEDULED"
        assert (await campaign_of(mia, made["id"]))["metrics"] == numbers(recipients=3, waiting=3)
        await _due(slow, timedelta(0))
        await eventually(lambda: _is(mia, made["id"], "COMPLETED"), 40)
        assert (await campaign_of(mia, made["id"]))["metrics"] == numbers(recipients=3, sent=3)
        assert len(await slow.sandbox.arrivals()) == 3


async def test_a_schedule_missed_by_more_than_an_hour_does_not_fire_and_says_so(slow: Product) -> None:
    mia = slow.client()
    await slow.connect(mia)
    fans = await fans_of(slow, mia, 1)
    at = written(datetime.now(UTC) + timedelta(hours=2))
    key = (await bulk(mia, fans, scheduledAt=at))["campaign"]["id"]
    await _due(slow, timedelta(hours=1, seconds=10))
    await eventually(lambda: _is(mia, key, "DRAFT"), 30)
    assert "more than an hour" in (await campaign_of(mia, key))["statusDetail"]
    assert await slow.sandbox.arrivals() == []
    started = (await mia.run(START, {"id": key, "at": None}))["startCampaign"]
    assert (started["campaign"]["status"], started["errors"]) == ("ACTIVE", [])
    await eventually(lambda: _is(mia, key, "COMPLETED"), 30)


async def test_a_draft_starts_at_its_own_time_unless_it_is_told_now(slow: Product) -> None:
    mia = slow.client()
    await slow.connect(mia)
    fans = await fans_of(slow, mia, 1)
    at = written(datetime.now(UTC) + timedelta(hours=2))
    key = (await bulk(mia, fans, scheduledAt=at, draft=True))["campaign"]["id"]
    own = await mia.run(
        "mutation ($id: ID!) { startCampaign(id: $id) { campaign { status scheduledAt } } }", {"id": key}
    )
    assert own["startCampaign"]["campaign"] == {"status": "SCHEDULED", "scheduledAt": at}
    now = (await mia.run(START, {"id": key, "at": None}))["startCampaign"]
    assert now["campaign"]["status"] == "ACTIVE"
    past = (await mia.run(START, {"id": key, "at": "2020-01-01T00:00:00Z"}))["startCampaign"]
    assert [(error["code"], error["path"]) for error in past["errors"]] == [("INVALID_INPUT", ["scheduledAt"])]


async def test_a_campaign_that_goes_on_failing_stops_and_says_why(settings: Settings) -> None:
    changed = SLOW | SWEEPS | {"campaign_most_failures": 3}
    async with running_product(settings.model_copy(update=changed)) as product:
        mia = product.client()
        await product.connect(mia)
        await product.sandbox.fault("status", status=422, count=100, body={"message": "You may not write to fans"})
        key = (await bulk(mia, await fans_of(product, mia, 8)))["campaign"]["id"]
        await eventually(lambda: _is(mia, key, "PAUSED"), 40)
        await eventually(product.at_rest, 30)
        found = await campaign_of(mia, key)
        assert found["statusDetail"].startswith("Paused by itself: the last 3 messages failed.")
        assert "You may not write to fans" in found["statusDetail"]
        failed = found["metrics"]["failed"]
        assert 3 <= failed <= 4
        assert found["metrics"] == numbers(recipients=8, failed=failed, waiting=8 - failed)
        await product.sandbox.mend()
        await steer(mia, "resumeCampaign", key)
        await eventually(lambda: _is(mia, key, "COMPLETED"), 40)
        retry = "mutation ($id: ID!) { retryMessages(campaignId: $id) { messages { id } errors { code } } }"
        again = (await mia.run(retry, {"id": key}))["retryMessages"]
        assert (len(again["messages"]), again["errors"]) == (failed, [])
        await eventually(lambda: _is(mia, key, "COMPLETED"), 40)
        assert (await campaign_of(mia, key))["metrics"] == numbers(recipients=8, sent=8)
        delivered = [each["text"] for each in await product.sandbox.arrivals() if each["delivered"]]
        assert sorted(delivered) == sorted(f"Hi Fan{n}" for n in range(8))


async def test_a_draft_of_a_disconnected_account_does_not_start(slow: Product) -> None:
    mia = slow.client()
    home = await slow.connect(mia)
    key = (await bulk(mia, await fans_of(slow, mia, 2), draft=True))["campaign"]["id"]
    await mia.run(DISCONNECT, {"id": home})
    for at in (None, (datetime.now(UTC) + timedelta(hours=1)).isoformat()):
        answer = (await mia.run(START, {"id": key, "at": at}))["startCampaign"]
        assert answer == {"campaign": None, "errors": [{"code": "NOT_CONNECTED", "path": ["id"]}]}
    found = await campaign_of(mia, key)
    assert (found["status"], found["messages"]["totalCount"]) == ("DRAFT", 0)


async def test_two_who_start_the_same_draft_start_it_once(slow: Product) -> None:
    mia = slow.client()
    await slow.connect(mia)
    key = (await bulk(mia, await fans_of(slow, mia, 3), draft=True))["campaign"]["id"]
    answers = await asyncio.gather(*(mia.run(START, {"id": key, "at": None}) for _ in range(4)))
    codes = sorted(error["code"] for each in answers for error in each["startCampaign"]["errors"])
    assert codes == ["CONFLICT"] * 3
    await eventually(lambda: _is(mia, key, "COMPLETED"), 40)
    assert len(await slow.sandbox.arrivals()) == 3


async def _is(client: GraphQLClient, campaign_id: str, status: str) -> bool:
    return await status_of(client, campaign_id) == status


async def _arrived(product: Product, count: int) -> bool:
    return len(await product.sandbox.arrivals()) >= count


async def _settled(client: GraphQLClient, campaign_id: str) -> bool:
    metrics = (await campaign_of(client, campaign_id))["metrics"]
    return bool(metrics["waiting"] == metrics["sending"] == 0)


async def _due(product: Product, ago: timedelta) -> None:
    """All scheduled campaigns were due so long ago."""
    connection = await asyncpg.connect(product.settings.database_url.get_secret_value())
    await connection.execute("UPDATE campaigns SET scheduled_at = clock_timestamp() - $1::interval", ago)
    await connection.close()


async def _end_reservations(product: Product) -> None:
    """Let the time pass in which a dead worker's reservation could still be its own."""
    connection = await asyncpg.connect(product.settings.database_url.get_secret_value())
    await connection.execute(
        "UPDATE attempts SET lease_until = clock_timestamp() "
        "WHERE state = 'reserved' AND lease_until > clock_timestamp()"
    )
    await connection.close()
