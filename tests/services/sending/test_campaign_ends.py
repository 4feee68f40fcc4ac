"""When will a campaign have been sent? For a hundred recipients and for ten thousand waiting."""

from __future__ import annotations

from datetime import timedelta

import asyncpg
import pytest

from db.engine import Database
from db.models import Campaign, CampaignRecipient
from services.pacing.forecast import Line, forecast
from services.pacing.limit import Kind
from tests.services.sending.lane_scene import LIMIT, Scene, many, plain_url
from tests.statements import counted
from tests.stored import fan, store


async def end_of(scene: Scene, *wholes: Campaign) -> list[float | None]:
    """In seconds from the moment of the answer."""
    found = await scene.estimates().campaign_ends(scene.owner, [whole.id for whole in wholes])
    return [seconds_from_now(scene, found[whole.id]) if whole.id in found else None for whole in wholes]


def seconds_from_now(scene: Scene, moment: object) -> float:
    return (moment - scene.now).total_seconds()  # type: ignore[operator, no-any-return]


def alone(replies: int, campaign: int, place: int) -> float:
    """When the message at this place of the campaigns' line has been sent, from a lane that has long been idle."""
    begin = Scene.__dataclass_fields__["now"].default_factory()  # type: ignore[misc]
    found = forecast(LIMIT, begin, [], timedelta(seconds=1), Line(replies, campaign))
    return (found.at(Kind.CAMPAIGN, place) - begin).total_seconds() + 1


def near(found: float | None, expected: float) -> bool:
    """Within what the machine took to answer; the arithmetic itself is exact."""
    return found is not None and expected - 0.02 <= found <= expected + 10


@pytest.mark.parametrize("count", [1, 100, 10_000])
async def test_a_campaign_alone(database: Database, count: int) -> None:
    scene = await Scene.make(database)
    whole = await scene.campaign()
    await many(scene, whole, count)

    [found] = await end_of(scene, whole)

    # Eight in 61.25 s, in steps of 7.5 s.
    rounds, rest = divmod(count - 1, 8)
    assert near(found, rounds * 61.25 + rest * 7.5 + 1)


async def test_a_campaign_with_replies(database: Database) -> None:
    scene = await Scene.make(database)
    whole = await scene.campaign()
    await many(scene, whole, 40)
    await many(scene, None, 30, after=1_000)

    [found] = await end_of(scene, whole)

    assert near(found, alone(30, 40, 39))
    assert found is not None
    assert found > alone(0, 40, 39) + 60


async def test_several_campaigns_and_a_paused_one(database: Database) -> None:
    """The more urgent first, then the one that was written first; what is paused takes nobody's turn."""
    scene = await Scene.make(database)
    first, second, urgent = [await scene.campaign() for _ in range(3)]
    paused = await scene.campaign(status="PAUSED")
    await many(scene, second, 20, after=1_000)
    await many(scene, first, 10)
    await many(scene, urgent, 5, after=2_000, priority=9)
    await many(scene, paused, 50, after=3_000, priority=10)

    ends = await end_of(scene, first, second, urgent, paused)

    assert ends[3] is None
    for found, place in zip(ends, (14, 34, 4), strict=False):
        assert near(found, alone(0, 35, place))


async def test_a_campaign_of_which_the_last_message_is_under_way(database: Database) -> None:
    scene = await Scene.make(database, due=14)
    whole, done = await scene.campaign(), await scene.campaign()
    await scene.sent(-70)
    last = await scene.waits(campaign_id=whole.id, status="SENDING")
    await scene.waits(campaign_id=done.id, status="SENT", finished=-70)
    await scene.under_way(last, "dispatching", -0.5, 14)

    ends = await end_of(scene, whole, done)

    assert near(ends[0], 0.5)
    assert ends[1] is None


@pytest.mark.parametrize("status", ["DRAFT", "PAUSED", "COMPLETED", "CANCELLED"])
async def test_campaigns_nobody_can_tell_of(database: Database, status: str) -> None:
    scene = await Scene.make(database)
    whole = await scene.campaign(status=status)
    await many(scene, whole, 3)

    assert await end_of(scene, whole) == [None]


async def test_an_account_that_is_stopped(database: Database) -> None:
    scene = await Scene.make(database, status="DEGRADED")
    whole = await scene.campaign()
    await many(scene, whole, 3)

    assert await end_of(scene, whole) == [None]
    assert await scene.estimates().end_of_new_campaign(scene.owner, scene.home.id, 10, 5) is None


async def test_a_scheduled_campaign(database: Database) -> None:
    scene = await Scene.make(database)
    soon = await scene.campaign(status="SCHEDULED", scheduled_at=scene.moment(20))
    later = await scene.campaign(status="SCHEDULED", scheduled_at=scene.moment(7_200))
    running = await scene.campaign()
    await many(scene, running, 40)
    for whole in (soon, later):
        people = [fan(scene.owner, scene.home.id) for _ in range(9)]
        rows = [
            CampaignRecipient(user_id=scene.owner, campaign_id=whole.id, fan_id=each.id, position=place)
            for place, each in enumerate(people)
        ]
        await store(database, *people, *rows)

    ends = await end_of(scene, soon, later)

    # The one joins the line behind the running campaign, the other finds nobody before it.
    assert near(ends[0], alone(0, 49, 48))
    assert ends[1] is not None
    assert abs(ends[1] - (7_200 + 61.25 + 1)) < 0.05


async def test_what_a_new_campaign_would_take(database: Database) -> None:
    scene = await Scene.make(database)
    running = await scene.campaign()
    await many(scene, running, 40)
    asking = scene.estimates().end_of_new_campaign

    usual = await asking(scene.owner, scene.home.id, 100, 5)
    urgent = await asking(scene.owner, scene.home.id, 100, 6)
    later = await asking(scene.owner, scene.home.id, 100, 5, scene.moment(86_400))

    assert near(seconds_from_now(scene, usual), alone(0, 140, 139))
    assert near(seconds_from_now(scene, urgent), alone(0, 140, 99))
    assert later is not None
    assert abs(seconds_from_now(scene, later) - 86_400 - alone(0, 100, 99)) < 0.05
    assert await asking(scene.owner, running.id, 100, 5) is None


async def test_the_first_and_the_last_of_ten_thousand(database: Database) -> None:
    """Replies and a campaign wait, ten thousand each; a few statements tell of any of them."""
    scene = await Scene.make(database)
    whole = await scene.campaign()
    await many(scene, whole, 10_000)
    await many(scene, None, 10_000, after=20_000)
    connection = await asyncpg.connect(plain_url(database))
    query = "SELECT id FROM messages WHERE user_id = $1 AND (campaign_id IS NULL) = $2 ORDER BY id"
    replies, campaign = [[row[0] for row in await connection.fetch(query, scene.owner, kind)] for kind in (True, False)]
    await connection.execute("ANALYZE messages")
    await connection.close()
    asked = [replies[0], replies[-1], campaign[0], campaign[-1], *replies[5_000:5_050], *campaign[5_000:5_050]]

    with counted(database) as statements:
        found = await scene.estimates().of_messages(scene.owner, asked)

    assert len(statements) == 6
    line = forecast(LIMIT, scene.now, [], timedelta(seconds=1), Line(10_000, 10_000))
    for row in asked:
        kind, place = (Kind.CAMPAIGN, campaign.index(row)) if row in campaign else (Kind.REPLY, replies.index(row))
        expected = (line.at(kind, place) - scene.now).total_seconds()
        assert near(seconds_from_now(scene, found[row].leaves_at), expected)
        # The replies stand in one conversation: each waits for the one before.
        assert found[row].reason == ("RATE_LIMIT" if row == replies[0] else "BEHIND_HIGHER_PRIORITY")
