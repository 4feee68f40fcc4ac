"""Counts equal what the tables hold, after any order of events."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, func, select, update

from db.engine import Database
from db.models import Campaign, Conversation, Message, MessageCount
from db.queries import queue_status
from db.queries.queue_status import AccountCounts, Today
from tests.stored import a_user, account, campaign, conversation, fan, message, reading, store

STATUSES = ("PENDING", "QUEUED", "SENDING", "SENT", "DELIVERED", "FAILED", "UNKNOWN", "CANCELLED")
ENDED = ("SENT", "DELIVERED", "FAILED", "UNKNOWN")
STEPS = 40


async def places_to_write(database: Database) -> tuple[UUID, list[Conversation], list[Campaign]]:
    """One owner, two accounts with a conversation each and one without an account, and a campaign of each status."""
    owner = await a_user(database)
    homes = [account(owner, f"{owner} {number}") for number in range(2)]
    fans = [fan(owner, home) for home in (homes[0].id, homes[1].id, None)]
    talks = [conversation(each) for each in fans]
    wholes = [campaign(homes[0], status=status) for status in ("ACTIVE", "PAUSED", "ACTIVE")]
    await store(database, *homes, *fans, *talks, *wholes)
    return owner, talks, wholes


def some_moment(random: Random) -> datetime | None:
    """None, or from a week ago until now; mostly lately."""
    ago = random.choice([None, 0, 60, 3_600, 20_000, 50_000, 200_000, 600_000])
    return None if ago is None else datetime.now(UTC) - timedelta(seconds=ago + random.random() * 900)


def any_values(random: Random, wholes: Sequence[Campaign]) -> dict[str, Any]:
    return {
        "status": random.choice(STATUSES),
        "queued_at": some_moment(random),
        "finished_at": some_moment(random),
        "scheduled_at": random.choice([None, None, datetime.now(UTC) + timedelta(hours=random.choice([-1, 1, 2]))]),
        "campaign_id": random.choice([None, *(whole.id for whole in wholes)]),
    }


async def all_of(database: Database, owner: UUID) -> list[Message]:
    query = select(Message).where(Message.user_id == owner, Message.direction == "OUT")
    return list(await reading(database, lambda session: session.scalars(query)))


def recounted(rows: Sequence[Message], since: datetime) -> Today:
    ended = [row.finished_at for row in rows if row.finished_at is not None and row.status in ENDED]
    return Today(
        queued=sum(row.queued_at is not None and row.queued_at >= since for row in rows),
        processed=sum(moment >= since for moment in ended),
        failed=sum(row.finished_at is not None and row.finished_at >= since and row.status == "FAILED" for row in rows),
        last_processed_at=max(ended, default=None),
    )


def recounted_open(rows: Sequence[Message], wholes: Sequence[Campaign]) -> dict[UUID | None, AccountCounts]:
    now, status_of = datetime.now(UTC), {whole.id: whole.status for whole in wholes}
    found: dict[UUID | None, AccountCounts] = {}
    for account_id in {row.creator_account_id for row in rows}:
        mine = [row for row in rows if row.creator_account_id == account_id]
        waiting = [row for row in mine if row.status in {"PENDING", "QUEUED"}]
        later = [row.scheduled_at for row in waiting if row.scheduled_at is not None and row.scheduled_at > now]
        in_line = [row for row in waiting if row.scheduled_at is None or row.scheduled_at <= now]
        found[account_id] = AccountCounts(
            waiting=len(waiting),
            sending=sum(row.status == "SENDING" for row in mine),
            failed=sum(row.status == "FAILED" for row in mine),
            unknown=sum(row.status == "UNKNOWN" for row in mine),
            replies=sum(row.campaign_id is None for row in in_line),
            campaign=sum(row.campaign_id is not None and status_of[row.campaign_id] == "ACTIVE" for row in in_line),
            scheduled_next=min(later, default=None),
        )
    return {account_id: counts for account_id, counts in found.items() if counts != AccountCounts()}


async def compare(database: Database, owner: UUID, wholes: Sequence[Campaign]) -> None:
    rows = await all_of(database, owner)
    now = datetime.now(UTC)
    for hours in (0, 1, 6, 24, 47):
        since = (now - timedelta(hours=hours)).replace(minute=0, second=0, microsecond=0)
        found = await reading(database, lambda session, since=since: queue_status.today(session, owner, since))  # type: ignore[misc]
        assert found == recounted(rows, since)
    counts = await reading(database, lambda session: queue_status.open_counts(session, owner))
    present = {account_id: each for account_id, each in counts.items() if each != AccountCounts()}
    assert present == recounted_open(rows, wholes)


@pytest.mark.parametrize("seed", range(4))
async def test_counts_equal_the_tables_after_any_order_of_events(database: Database, seed: int) -> None:
    """Messages are written, moved on, moved back and deleted, one or many in a transaction; some are rolled back."""
    random = Random(seed)
    owner, talks, wholes = await places_to_write(database)
    fixed = [Message.user_id == owner]
    for step in range(STEPS):
        rows = await all_of(database, owner)
        chosen = [row.id for row in random.sample(rows, min(len(rows), random.choice([1, 1, 5])))]
        async with database.writes() as session:
            for _ in range(random.choice([1, 1, 3])):
                await change(session, random, talks, wholes, fixed, chosen)
            await (session.rollback() if random.random() < 0.1 else session.commit())
        if step % 5 == 4:
            await compare(database, owner, wholes)


async def change(
    session: Any,
    random: Random,
    talks: Sequence[Conversation],
    wholes: Sequence[Campaign],
    fixed: list[Any],
    chosen: Sequence[UUID],
) -> None:
    values = any_values(random, wholes)
    match random.choice(["write", "write", "write", "move", "move", "move", "delete", "inbound"]):
        case "write":
            talk = random.choice(talks)
            # A campaign belongs to one account.
            whole = values["campaign_id"] if talk.creator_account_id == wholes[0].creator_account_id else None
            session.add(message(talk, **values | {"campaign_id": whole}))
            await session.flush()
        case "inbound":
            session.add(message(random.choice(talks), direction="IN", status="RECEIVED"))
            await session.flush()
        case "move":
            values.pop("campaign_id")
            await session.execute(update(Message).where(*fixed, Message.id.in_(chosen)).values(**values))
        case "delete":
            await session.execute(delete(Message).where(*fixed, Message.id.in_(chosen[:1])))


async def test_many_at_once_are_counted_and_never_wait_for_each_other_in_a_ring(database: Database) -> None:
    """Transactions that move messages of one owner in opposite orders."""
    owner, talks, wholes = await places_to_write(database)
    rows = [[message(talks[0]) for _ in range(4)] for _ in range(6)]
    await store(database, *(row for of_one in rows for row in of_one))

    async def finish(mine: list[Message], number: int) -> None:
        async with database.writes() as session, session.begin():
            for row in mine if number % 2 else reversed(mine):
                moment = datetime.now(UTC) - timedelta(hours=4 * (row.id.int % 2))
                one = (Message.user_id == owner, Message.id == row.id)
                values = {"status": "FAILED", "finished_at": moment}
                await session.execute(update(Message).where(*one).values(**values))

    await asyncio.gather(*(finish(mine, number) for number, mine in enumerate(rows)))

    await compare(database, owner, wholes)


async def test_counts_of_other_owners_are_their_own(database: Database) -> None:
    owner, talks, _ = await places_to_write(database)
    other, others, _ = await places_to_write(database)
    now = datetime.now(UTC)
    await store(database, message(talks[0], status="SENT", queued_at=now, finished_at=now))
    await store(database, *(message(others[0], status="FAILED", queued_at=now, finished_at=now) for _ in range(2)))
    since = now - timedelta(hours=2)

    mine = await reading(database, lambda session: queue_status.today(session, owner, since))
    theirs = await reading(database, lambda session: queue_status.today(session, other, since))
    nobody = await reading(database, lambda session: queue_status.today(session, UUID(int=7), since))

    assert (mine.queued, mine.processed, mine.failed) == (1, 1, 0)
    assert (theirs.queued, theirs.processed, theirs.failed) == (2, 2, 2)
    assert nobody == Today(0, 0, 0, None)


async def test_counts_of_long_ago_are_removed_when_a_new_quarter_begins(database: Database) -> None:
    owner, talks, _ = await places_to_write(database)
    now = datetime.now(UTC)
    old = [MessageCount(user_id=owner, quarter=now - timedelta(days=days), queued=7) for days in (3, 5, 30)]
    await store(database, *old, message(talks[0], queued_at=now), message(talks[0], queued_at=now))

    query = select(func.count(), func.sum(MessageCount.queued)).where(MessageCount.user_id == owner)
    kept = await reading(database, lambda session: session.execute(query))
    assert kept.one() == (2, 7 + 2)


def test_what_the_triggers_call_ended_is_what_the_queries_do() -> None:
    assert queue_status.ENDED == ENDED
