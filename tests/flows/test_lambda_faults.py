"""A Lambda function whose time ends, that is killed, or that wakes up with dead connections."""

from __future__ import annotations

import asyncio

import pytest

from tests.flows.black_hole import black_hole
from tests.flows.cloud import Cloud
from tests.services.workers.aws_lambda import TIMER_EVENT, ContainerDied, sqs_event
from tests.waiting import eventually

# 1 s to the platform: so 9 s before its end a handler lets nothing more leave, and claims nothing 2 s earlier.
QUICK = {"platform_timeout_seconds": 1, "rate_limit_min_gap_seconds": 0}
END_LEASES = "UPDATE attempts SET lease_until = clock_timestamp() - interval '1 second' WHERE state <> 'done'"
TOO_LATE_SECONDS = 10.5
MORE_SECONDS = 4


@pytest.mark.parametrize("cloud", [QUICK], indirect=True)
async def test_no_claim_where_the_time_does_not_last_for_a_call(cloud: Cloud) -> None:
    await cloud.send("next time")
    container = await cloud.container()

    assert await cloud.poller.once(container, seconds=TOO_LATE_SECONDS) == []

    assert await cloud.arrived() == []
    assert await cloud.value("SELECT count(*) FROM attempts") == 0
    assert [line["action"] for line in container.told("no_time_to_send")][:1] == ["send"]
    # Its wake-up comes at once, and another invocation has the time.
    assert await cloud.poller.once(container) == []
    assert await cloud.arrived() == ["next time"]


@pytest.mark.parametrize("cloud", [QUICK | {"platform_timeout_seconds": 1 + MORE_SECONDS}], indirect=True)
async def test_nothing_is_under_way_when_the_function_returns(cloud: Cloud) -> None:
    """Slow answers, and more messages than the time is for: what was begun has ended, the rest waits."""
    await cloud.product.sandbox.fault("delay", seconds=0.5, count=50)
    container = await cloud.container()
    assert await container.failures(sqs_event([])) == []
    for number in range(8):
        await cloud.send(f"{number}", handle=f"fan{number}")

    # Were it still running when its time is over, it would be killed, and this would raise ContainerDied.
    assert await cloud.poller.once(container, seconds=TOO_LATE_SECONDS + MORE_SECONDS + 2) == []

    assert await cloud.unfinished() == 0
    statuses = await cloud.statuses()
    assert "UNKNOWN" not in statuses
    assert "SENDING" not in statuses
    assert statuses["SENT"] == len(await cloud.arrived()) < 8


async def test_killed_in_the_middle_of_a_call_nothing_is_lost_and_nothing_comes_twice(cloud: Cloud) -> None:
    await cloud.product.sandbox.fault("delay_after", seconds=60, count=1)
    await cloud.send("under way")
    await cloud.send("behind it", handle="kim")
    await cloud.poller.hide_for(1)
    container = await cloud.container()
    killed = asyncio.create_task(cloud.poller.once(container))
    await eventually(lambda: _has_arrived(cloud), 60, "the arrival")

    container.kill()
    with pytest.raises(ContainerDied):
        await killed

    async def settled() -> bool:
        await cloud.database.execute(END_LEASES)
        await other.timer()
        await cloud.poller.once(other)
        return await cloud.statuses() == {"SENT": 2}

    other = await cloud.container()
    await eventually(settled, 90, "both settled")
    # What was under way is unknown at first, and proven by its identical repeat, which delivers nothing again.
    assert set(await cloud.arrived()) == {"behind it", "under way"}
    assert await cloud.product.sandbox.delivered() == 2


async def _has_arrived(cloud: Cloud) -> bool:
    return bool(await cloud.product.sandbox.arrivals())


async def test_connections_that_were_cut_meanwhile_are_opened_again(cloud: Cloud) -> None:
    container = await cloud.container()
    await cloud.send("before")
    assert await cloud.poller.once(container) == []
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'huntaze-lambda'"
    assert len(await cloud.database.fetch(cut)) >= 1

    await cloud.send("after")
    assert await cloud.poller.once(container) == []

    assert await cloud.arrived() == ["before", "after"]
    assert container.told("loop_failed") == []


async def test_connections_that_died_in_silence_are_given_up_after_a_pause(cloud: Cloud) -> None:
    """A frozen container is not told that a router has forgotten its connections: bytes vanish, and nothing answers."""
    async with black_hole(cloud.product.settings) as (hole, settings):
        container = await cloud.container(**settings)
        await cloud.send("before")
        assert await cloud.poller.once(container) == []
        assert hole.open_connections > 0

        hole.swallow()
        await cloud.send("after")
        assert await cloud.poller.once(container, slept=True) == []

        assert await cloud.arrived() == ["before", "after"]
        assert len(container.told("container_thawed")) == 1
        assert container.told("loop_failed") == []
        assert container.told("announce_failed") == []


async def test_the_database_away_fails_the_records_and_no_more(cloud: Cloud) -> None:
    await cloud.send("kept")
    nowhere = await cloud.container(database_url="postgresql://postgres@127.0.0.1:9/none")
    await cloud.poller.hide_for(1)

    assert len(await cloud.poller.once(nowhere)) == 1
    await nowhere.invoke(TIMER_EVENT, handler="timer_handler")

    assert {line["action"] for line in nowhere.told("loop_failed")} == {
        "beat", "import", "measure", "reconcile", "remove", "send", "sweep"
    }  # fmt: skip
    container = await cloud.container()

    async def sent() -> bool:
        await cloud.poller.once(container)
        return await cloud.arrived() == ["kept"]

    await eventually(sent, 30, "the record comes again")
