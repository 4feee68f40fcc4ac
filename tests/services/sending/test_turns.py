"""Creators take turns, whatever waits on one of them; an account that is stopped waits for its owner."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import asyncpg
import pytest
from sqlalchemy import func, select, update

from db.engine import Database
from db.models import Attempt, Campaign, CreatorAccount, Lane, Message
from db.queries import lanes
from services.pacing.limit import Limit
from services.sending.claim import Claim, Claimer
from tests.services.sending.lane_scene import LIMIT, Scene, many
from tests.stored import reading, transactions, writing

BACKLOG = 10_000
MOST_LOOKS = 6
"""At one message of a backlog, in two claims."""
LEASE = timedelta(seconds=60)
BACKLOGS = ("replies", "of one conversation", "held", "a campaign", "a paused campaign", "nothing is ready")


def claimer(database: Database, limit: Limit = LIMIT) -> Claimer:
    return Claimer(transactions(database), limit, LEASE, "w")


async def backlog(scene: Scene, kind: str) -> None:
    """Ten thousand messages of one account, in the ways that are hardest to look through."""
    match kind:
        case "replies":
            await many(scene, None, BACKLOG, talks=100)
        case "of one conversation":
            # Only the first may go, and all the others have a higher priority.
            await many(scene, None, 1, priority=1)
            await many(scene, None, BACKLOG, after=1, priority=10)
        case "held":
            await many(scene, None, 1)
            first = (Message.user_id == scene.owner, Message.creator_account_id == scene.home.id)
            unknown = update(Message).where(*first).values(status="UNKNOWN", unknown_since=scene.now)
            await writing(scene.database, lambda session: session.execute(unknown))
            await many(scene, None, BACKLOG, after=1)
        case "nothing is ready":
            await many(scene, None, BACKLOG, talks=100, not_before=scene.moment(300))
        case _:
            whole = await scene.campaign(status="PAUSED" if "paused" in kind else "ACTIVE")
            await many(scene, whole, BACKLOG)


READ = """SELECT (SELECT sum(seq_tup_read) FROM pg_stat_user_tables WHERE relname = 'messages')
    + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = 'messages')"""


async def rows_read(database: Database, url: str) -> int:
    """Of messages so far, in the table and in its indexes. A connection of the pool tells what it has read."""
    await reading(database, lambda session: session.execute(select(func.pg_stat_force_next_flush())))
    connection = await asyncpg.connect(url)
    try:
        return int(await connection.fetchval(READ))
    finally:
        await connection.close()


@pytest.mark.parametrize("kind", BACKLOGS)
async def test_a_backlog_of_ten_thousand_costs_another_creator_one_turn_and_few_looks_at_each_message(
    database: Database, database_url: str, kind: str
) -> None:
    busy, quiet = await Scene.make(database, due=-60), await Scene.make(database, due=-1)
    await backlog(busy, kind)
    mine = await quiet.waits()
    workers = claimer(database)

    before = await rows_read(database, database_url)
    claims = [await workers.next(), await workers.next()]
    read = await rows_read(database, database_url) - before

    # The one with the backlog has been due for longer, and has one turn.
    first, second = claims
    assert isinstance(second, Claim)
    assert second.message.id == mine.id
    assert isinstance(first, Claim) == (kind in {"replies", "of one conversation", "a campaign"})
    if isinstance(first, Claim):
        assert first.account.id == busy.home.id
    assert await workers.next() is False
    # A search that compares messages with each other would read thousands of times as many.
    assert 0 < read <= MOST_LOOKS * BACKLOG


async def test_each_account_has_one_call_at_a_time_however_many_workers_ask(database: Database) -> None:
    scenes = [await Scene.make(database, due=-number) for number in range(3)]
    for scene in scenes:
        for name in ("robin", "kim", "lou"):
            await scene.waits(name)

    found = await asyncio.gather(*(claimer(database).next() for _ in range(9)))

    claims = [each for each in found if isinstance(each, Claim)]
    assert sorted(claim.account.id for claim in claims) == sorted(scene.home.id for scene in scenes)
    count = select(func.count()).select_from(Attempt).where(Attempt.user_id == scenes[0].owner)
    assert await reading(database, lambda session: session.scalar(count)) == 1


async def test_the_one_that_was_served_goes_behind_the_others(database: Database) -> None:
    quick = Limit(10, timedelta(seconds=60), timedelta(0))
    scenes = [await Scene.make(database, due=-10 + number) for number in range(3)]
    for scene in scenes:
        await scene.waits("robin")
        await scene.waits("kim")
    workers, order = claimer(database, quick), []
    while isinstance(claim := await workers.next(), Claim):
        order.append(claim.account.id)
        await end(database, claim)

    assert order == [scene.home.id for scene in scenes] * 2


async def end(database: Database, claim: Claim) -> None:
    """As the recorder does: the outcome, and the lane after its gap, here none."""
    mine = (Attempt.user_id == claim.owner, Attempt.id == claim.attempt.id)
    sent = (Message.user_id == claim.owner, Message.id == claim.message.id)
    now = func.clock_timestamp()
    await writing(
        database,
        lambda session: session.execute(
            update(Attempt).where(*mine).values(state="done", outcome="SENT", finished_at=now)
        ),
    )
    await writing(database, lambda session: session.execute(update(Message).where(*sent).values(status="SENT")))
    key = (claim.account.platform, claim.account.account_id)
    await writing(database, lambda session: lanes.set_due_in(session, *key, timedelta(0)))


@pytest.mark.parametrize("status", ["DEGRADED", "INVALID_CREDENTIALS", "SESSION_EXPIRED", "DISCONNECTED"])
async def test_an_account_that_is_stopped_is_not_served_and_keeps_its_messages(database: Database, status: str) -> None:
    scene = await Scene.make(database, due=-1, status=status)
    row = await scene.waits()
    workers = claimer(database)

    assert await workers.next() is True
    assert await workers.next() is False
    kept = (Message.user_id == scene.owner, Message.id == row.id)
    assert await reading(database, lambda session: session.scalar(select(Message.status).where(*kept))) == "QUEUED"

    mine = (CreatorAccount.user_id == scene.owner, CreatorAccount.id == scene.home.id)
    await writing(
        database, lambda session: session.execute(update(CreatorAccount).where(*mine).values(status="CONNECTED"))
    )
    await writing(database, lambda session: lanes.mark_due(session, "SANDBOX", scene.home.account_id))
    claim = await workers.next()
    assert isinstance(claim, Claim)
    assert claim.message.id == row.id


async def test_a_reply_that_was_held_back_is_not_overslept(database: Database) -> None:
    """The campaign's next turn is seconds away; the reply may go before that."""
    scene = await Scene.make(database, due=-1)
    whole = await scene.campaign()
    before = await scene.waits("sam", campaign_id=whole.id, status="SENT", finished=0)
    await scene.sent(0, of=before)
    await scene.waits("robin", campaign_id=whole.id)
    await scene.waits("kim", not_before=5)

    assert await claimer(database).next() is True

    key = (Lane.platform == "SANDBOX", Lane.account_id == scene.home.account_id)
    due = await reading(database, lambda session: session.scalar(select(Lane.due_at).where(*key)))
    assert due == scene.moment(5)


async def test_a_call_nobody_has_answered_for_counts_for_a_second_window(database: Database) -> None:
    """Its lease ended 70 s ago: it may have arrived late, so nine others fill the limit."""
    scene = await Scene.make(database, due=-1)
    lost = await scene.waits("lost", status="UNKNOWN", finished=-70)
    await scene.sent(*range(-50, -14, 4))
    await scene.under_way(lost, "dispatching", -85, -70)
    await scene.waits()
    workers = claimer(database)

    assert await workers.next() is True
    gone = (Attempt.user_id == scene.owner, Attempt.message_id == lost.id)
    early = {"state": "done", "finished_at": scene.moment(-71)}
    await writing(database, lambda session: session.execute(update(Attempt).where(*gone).values(**early)))
    await writing(database, lambda session: lanes.mark_due(session, "SANDBOX", scene.home.account_id))
    assert isinstance(await workers.next(), Claim)


async def test_campaigns_paused_meanwhile_are_passed_over(database: Database) -> None:
    scene = await Scene.make(database, due=-1)
    whole, other = await scene.campaign(), await scene.campaign()
    await scene.waits(campaign_id=whole.id, priority=10)
    waits = await scene.waits(campaign_id=other.id)
    mine = (Campaign.user_id == scene.owner, Campaign.id == whole.id)
    await writing(database, lambda session: session.execute(update(Campaign).where(*mine).values(status="PAUSED")))

    claim = await claimer(database).next()

    assert isinstance(claim, Claim)
    assert claim.message.id == waits.id
