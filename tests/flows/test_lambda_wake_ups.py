"""What waits in a Lambda's world: one delayed wake-up for each lane, and the timer for whatever got lost."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.flows.cloud import Cloud
from tests.flows.faults import NOBODY
from tests.waiting import eventually

# Ten a minute, and after each a pause that is longer than a test.
LONG_GAP = {"rate_limit_window_seconds": 60, "rate_limit_min_gap_seconds": 50}
PAUSE = {"rate_limit_window_seconds": 60, "rate_limit_min_gap_seconds": 3}
LATER = "UPDATE lanes SET wake_pending_until = clock_timestamp() + interval '10 minutes'"
LOST = "UPDATE lanes SET due_at = clock_timestamp(), wake_pending_until = clock_timestamp() - interval '2 minutes'"


def slow(**changes: Any) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("cloud", [changes], indirect=True)


async def pending(cloud: Cloud) -> float | None:
    """Seconds until the wake-up that the lane remembers."""
    seconds = await cloud.value("SELECT extract(epoch FROM wake_pending_until - clock_timestamp()) FROM lanes")
    return None if seconds is None else float(seconds)


@slow(**LONG_GAP)
async def test_many_messages_of_one_lane_leave_one_wake_up(cloud: Cloud) -> None:
    for number in range(6):
        await cloud.send(f"{number}")
    containers = [await cloud.container() for _ in range(2)]

    # Two handlers at the same time, and one more afterwards.
    assert await asyncio.gather(*(cloud.poller.once(container) for container in containers)) == [[], []]
    await cloud.send("late")
    assert await cloud.poller.once(containers[0]) == []

    assert await cloud.arrived() == ["0"]
    assert (await cloud.poller.numbers())["Delayed"] == 1
    seconds = await pending(cloud)
    assert seconds is not None
    assert 10 < seconds < 51
    assert await cloud.statuses() == {"SENT": 1, "QUEUED": 6}


@slow(**PAUSE)
async def test_the_wake_up_sends_what_waited_and_leaves_the_next(cloud: Cloud) -> None:
    for number in range(3):
        await cloud.send(f"{number}")
    container = await cloud.container()
    assert await cloud.poller.once(container) == []
    assert await cloud.arrived() == ["0"]

    while len(await cloud.arrived()) < 3:
        await eventually(_arrives(cloud), 30, "a wake-up")
        assert await cloud.poller.once(container) == []
        assert (await cloud.poller.numbers())["Delayed"] <= 1

    assert await cloud.arrived() == ["0", "1", "2"]
    times = [arrival["receivedAt"] for arrival in await cloud.product.sandbox.arrivals()]
    assert times[1] - times[0] >= 3
    assert times[2] - times[1] >= 3


def _arrives(cloud: Cloud) -> Any:
    async def visible() -> bool:
        return (await cloud.poller.numbers())["Visible"] > 0

    return visible


@slow(**PAUSE)
async def test_a_reply_does_not_wait_for_a_wake_up_that_comes_too_late(cloud: Cloud) -> None:
    """One for a campaign may be pending; a second is not left, so the reply's own handler waits."""
    container = await cloud.container()
    await cloud.send("first")
    assert await cloud.poller.once(container) == []
    await cloud.database.execute(LATER)
    await cloud.send("reply")

    assert await cloud.poller.once(container) == []

    assert await cloud.arrived() == ["first", "reply"]
    assert (await cloud.poller.numbers())["Delayed"] == 0


@slow(**LONG_GAP)
async def test_a_wake_up_that_got_lost_is_found_by_the_timer(cloud: Cloud) -> None:
    container = await cloud.container()
    for text in ("first", "waits", "too"):
        await cloud.send(text)
    assert await cloud.poller.once(container) == []
    assert await cloud.arrived() == ["first"]
    await cloud.database.execute("UPDATE attempts SET finished_at = finished_at - interval '1 minute'")
    await cloud.database.execute(LOST)

    await container.timer()

    assert await cloud.arrived() == ["first", "waits"]
    # The first one is still in the queue, because nothing is ever lost in this test; the lane has a new one.
    assert (await cloud.poller.numbers())["Delayed"] == 2
    seconds = await pending(cloud)
    assert seconds is not None
    assert seconds > 10

    async def healthy() -> bool:
        return bool((await cloud.mia.run("{ queueStatus { health } }"))["queueStatus"]["health"] == "HEALTHY")

    # It says so as well where Redis took more than a quarter of a second.
    await eventually(healthy, what="a queue in good health")


@slow(**LONG_GAP)
async def test_a_wake_up_that_the_queue_does_not_take_is_not_remembered(cloud: Cloud) -> None:
    message_ids = [await cloud.send(text) for text in ("first", "waits")]
    away = await cloud.container(
        aws_endpoint_url_sqs=NOBODY, sqs_rate_limiter_queue_url=f"{NOBODY}/1/queue", sqs_rate_limiter_dlq_url=None
    )

    assert await cloud.poller.once(away) == []

    assert await cloud.arrived() == ["first"]
    assert await pending(cloud) is None
    assert len(message_ids) == 2
    await (await cloud.container()).timer()
    assert (await cloud.poller.numbers())["Delayed"] == 1


@slow(**LONG_GAP)
async def test_switched_off_nothing_is_claimed_and_no_wake_up_is_left(cloud: Cloud) -> None:
    await cloud.send("kept")
    off = await cloud.container(rate_limiter_enabled=False)

    assert await cloud.poller.once(off) == []
    await off.timer()

    assert await cloud.arrived() == []
    assert await cloud.statuses() == {"QUEUED": 1}
    assert await cloud.value("SELECT count(*) FROM attempts") == 0
    assert (await cloud.poller.numbers())["Delayed"] == 0

    await (await cloud.container()).timer()
    assert await cloud.arrived() == ["kept"]
