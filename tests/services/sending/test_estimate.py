"""Why a message waits and until when, read from the real rows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from db.engine import Database
from db.models import Message
from tests.services.sending.lane_scene import Scene
from tests.statements import counted

FULL = tuple(range(-50, -10, 4))
"""Ten calls in the last minute: the first of them stops counting after 10.25 s, the next each 4 s later."""


async def free(scene: Scene) -> list[Message]:
    return [await scene.waits()]


async def full(scene: Scene) -> list[Message]:
    await scene.sent(*FULL)
    return [await scene.waits("robin"), await scene.waits("kim"), await scene.waits("lou", priority=9)]


async def one_conversation(scene: Scene) -> list[Message]:
    return [await scene.waits(), await scene.waits(priority=9)]


async def campaign_and_reply(scene: Scene) -> list[Message]:
    whole = await scene.campaign()
    await scene.sent(-70)
    return [await scene.waits("kim", campaign_id=whole.id, priority=10), await scene.waits("robin", priority=1)]


async def campaign_alone(scene: Scene) -> list[Message]:
    whole = await scene.campaign()
    return [await scene.waits(name, campaign_id=whole.id) for name in ("robin", "kim", "lou")]


async def two_campaigns(scene: Scene) -> list[Message]:
    usual, urgent = await scene.campaign(), await scene.campaign()
    return [
        await scene.waits("robin", campaign_id=usual.id),
        await scene.waits("kim", campaign_id=urgent.id, priority=9),
    ]


async def scheduled(scene: Scene) -> list[Message]:
    return [await scene.waits(name, status="PENDING", scheduled=seconds) for name, seconds in (("a", 90), ("b", 3600))]


async def pending(scene: Scene) -> list[Message]:
    return [await scene.waits(status="PENDING")]


async def tried_again(scene: Scene) -> list[Message]:
    await scene.sent(-70)
    return [await scene.waits(not_before=30), await scene.waits("kim"), await scene.waits()]


async def behind_an_unknown(scene: Scene) -> list[Message]:
    return [await scene.waits(status="UNKNOWN", finished=-90), await scene.waits(), await scene.waits()]


async def a_call_under_way(scene: Scene) -> list[Message]:
    sending = await scene.waits(status="SENDING")
    await scene.sent(-90)
    await scene.under_way(sending, "dispatching", -0.5, 14.5)
    return [sending, await scene.waits("kim")]


async def begun_by_a_worker(scene: Scene) -> list[Message]:
    begun = await scene.waits()
    await scene.sent(-90)
    await scene.under_way(begun, "reserved", -0.25, 59)
    return [begun, await scene.waits("kim")]


SCENES: dict[str, tuple[dict[str, Any], Callable[[Scene], Awaitable[list[Message]]], list[tuple[str | None, Any]]]] = {
    "nothing stands in front": ({}, free, [("RATE_LIMIT", 0)]),
    "the limit is used up": (
        {"due": 10.25},
        full,
        [("BEHIND_HIGHER_PRIORITY", 14.25), ("BEHIND_HIGHER_PRIORITY", 18.25), ("RATE_LIMIT", 10.25)],
    ),
    "an earlier reply of the conversation": ({}, one_conversation, [("RATE_LIMIT", 0), ("BEHIND_HIGHER_PRIORITY", 4)]),
    "a campaign with a reply": ({}, campaign_and_reply, [("BEHIND_HIGHER_PRIORITY", 4), ("RATE_LIMIT", 0)]),
    "a campaign alone": ({}, campaign_alone, [("RATE_LIMIT", 0), ("RATE_LIMIT", 7.5), ("RATE_LIMIT", 15)]),
    "two campaigns": ({}, two_campaigns, [("BEHIND_HIGHER_PRIORITY", 7.5), ("RATE_LIMIT", 0)]),
    "scheduled": ({"due": None}, scheduled, [("SCHEDULED", 90), ("SCHEDULED", 3600)]),
    "not in the queue yet": ({"due": None}, pending, [("QUEUE_DELAYED", 0)]),
    "nobody has woken the lane": ({"due": None}, free, [("QUEUE_DELAYED", 0)]),
    "no worker takes the lane": ({"due": -30}, free, [("QUEUE_DELAYED", None)]),
    "the platform could not take it": (
        {}, tried_again, [("PLATFORM_BACKOFF", 30), ("RATE_LIMIT", 0), ("BEHIND_HIGHER_PRIORITY", 34)],
    ),
    "the platform asked to wait": ({"due": 30, "blocked": 30}, free, [("PLATFORM_BACKOFF", 30)]),
    "nobody knows of an earlier one": (
        {"due": 30}, behind_an_unknown, [(None, None), ("BEHIND_HIGHER_PRIORITY", 30), ("BEHIND_HIGHER_PRIORITY", 34)],
    ),
    "a call under way": ({"due": 14.5}, a_call_under_way, [(None, None), ("RATE_LIMIT", 3.5)]),
    "a worker has begun": ({"due": 59}, begun_by_a_worker, [(None, 0), ("RATE_LIMIT", 3.75)]),
}  # fmt: skip


@pytest.mark.parametrize("name", SCENES)
async def test_why_and_until_when(database: Database, name: str) -> None:
    lane, write, expected = SCENES[name]
    scene = await Scene.make(database, **lane)
    rows = await write(scene)

    found = await scene.outlooks(rows)

    assert [each.reason for each in found] == [reason for reason, _ in expected]
    for each, (_, seconds) in zip(found, expected, strict=True):
        assert scene.is_at(each.leaves_at, seconds), (each.leaves_at, scene.moment(seconds))


@pytest.mark.parametrize("status", ["DISCONNECTED", "DEGRADED", "SESSION_EXPIRED", "INVALID_CREDENTIALS"])
async def test_an_account_that_is_stopped(database: Database, status: str) -> None:
    scene = await Scene.make(database, due=None, status=status)
    whole = await scene.campaign(status="PAUSED")
    rows = [await scene.waits(), await scene.waits(scheduled=60), await scene.waits(campaign_id=whole.id)]

    found = await scene.outlooks(rows)

    assert [each.reason for each in found] == ["ACCOUNT_DISCONNECTED", "SCHEDULED", "CAMPAIGN_PAUSED"]
    assert [each.leaves_at for each in found] == [None] * 3
    [lane] = (await scene.estimates().of_accounts(scene.owner, [scene.home.id])).values()
    assert (lane.counts.waiting, lane.next_send_at, lane.drain_seconds) == (3, None, 0)


async def test_sending_switched_off(database: Database) -> None:
    scene = await Scene.make(database, due=None)
    rows = [await scene.waits()]

    [found] = await scene.outlooks(rows, enabled=False)

    assert (found.reason, found.leaves_at) == ("SENDING_DISABLED", None)


@pytest.mark.parametrize("values", [{}, {"status": "PENDING"}, {"scheduled": 60}, {"not_before": 60}])
async def test_a_paused_campaign_says_so_whatever_else_holds(database: Database, values: dict[str, Any]) -> None:
    scene = await Scene.make(database, blocked=60)
    whole = await scene.campaign(status="PAUSED")
    rows = [await scene.waits(campaign_id=whole.id, **values)]

    [found] = await scene.outlooks(rows, enabled=False)

    assert (found.reason, found.leaves_at) == ("CAMPAIGN_PAUSED", None)


async def test_what_never_holds_a_reply_back(database: Database) -> None:
    """Campaigns, paused ones, scheduled ones: in the same conversation, of the highest priority, under way or not."""
    scene = await Scene.make(database)
    active, paused = await scene.campaign(), await scene.campaign(status="PAUSED")
    for whole in (active, paused):
        await scene.waits(campaign_id=whole.id, priority=10)
        await scene.waits(campaign_id=whole.id, status="UNKNOWN", finished=-1)
    await scene.waits(status="PENDING", scheduled=60, priority=10)
    await scene.waits(status="UNKNOWN", scheduled=-60, finished=-1, priority=10)
    reply = await scene.waits(priority=1)

    [found] = await scene.outlooks([reply])

    assert found.reason == "RATE_LIMIT"
    assert scene.is_at(found.leaves_at, 0)


async def test_messages_of_others_are_not_told_of(database: Database) -> None:
    scene, others = await Scene.make(database), await Scene.make(database)
    theirs = await others.waits()

    assert await scene.estimates().of_messages(scene.owner, [theirs.id]) == {}
    assert await scene.estimates().of_accounts(scene.owner, [others.home.id]) == {}


async def test_a_former_owner_s_attempts_still_count(database: Database) -> None:
    """The limit is the platform account's, whoever has it."""
    former = await Scene.make(database, status="DISCONNECTED")
    await former.sent(*FULL)
    scene = await Scene.make(database, account_id=former.home.account_id)
    row = await scene.waits()

    [found] = await scene.outlooks([row])

    assert former.is_at(found.leaves_at, 10.25)


async def test_the_backlog_of_an_account(database: Database) -> None:
    scene = await Scene.make(database, due=10.25)
    await scene.sent(*FULL)
    paused = await scene.campaign(status="PAUSED")
    for name in ("robin", "kim"):
        await scene.waits(name)
    await scene.waits("lou", campaign_id=paused.id)
    await scene.waits("sam", status="PENDING", scheduled=3600)
    await scene.waits("eve", status="FAILED", finished=-5)
    await scene.waits("pat", status="UNKNOWN", finished=-5)
    await scene.waits("joe", status="SENDING")

    [lane] = (await scene.estimates().of_accounts(scene.owner, [scene.home.id])).values()

    counts = lane.counts
    assert (counts.waiting, counts.sending, counts.failed, counts.unknown) == (4, 1, 1, 1)
    assert scene.is_at(lane.next_send_at, 10.25)
    # The second leaves four seconds later, and its call takes one; rounded up.
    drained = (lane.now - scene.now).total_seconds() + lane.drain_seconds
    assert 15.25 <= drained < 16.26


async def test_an_account_where_only_scheduled_messages_wait(database: Database) -> None:
    scene = await Scene.make(database, due=None)
    for seconds in (7200, 3600):
        await scene.waits(status="PENDING", scheduled=seconds)

    [lane] = (await scene.estimates().of_accounts(scene.owner, [scene.home.id])).values()

    assert (lane.next_send_at, lane.drain_seconds) == (scene.moment(3600), 0)


async def test_the_number_of_statements_does_not_grow(database: Database) -> None:
    scene = await Scene.make(database)
    whole = await scene.campaign()
    rows = [await scene.waits(f"fan {number}", campaign_id=whole.id if number % 2 else None) for number in range(60)]
    seen = []
    for some in (rows[:2], rows):
        with counted(database) as statements:
            found = await scene.outlooks(some)
        assert all(each.leaves_at for each in found)
        seen.append(len(statements))

    assert seen == [6, 6]
