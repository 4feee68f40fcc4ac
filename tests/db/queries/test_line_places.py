"""The places in a line are the order in which the lane's heads would go one after another."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import update

from db.engine import Database
from db.models import Attempt, Campaign, CreatorAccount, Message
from db.queries import line_places, waiting
from db.queries.line_places import Place
from tests.stored import a_user, account, campaign, conversation, fan, message, reading, store, writing


def moment(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


async def an_account(database: Database) -> CreatorAccount:
    owner = await a_user(database)
    home = account(owner, f"{owner}")
    await store(database, home)
    return home


async def replies_of(database: Database, home: CreatorAccount, random: Random, count: int) -> list[Message]:
    """In a few conversations, of three priorities; some scheduled and due, some held back for two minutes."""
    fans = [fan(home.user_id, home.id) for _ in range(4)]
    talks = [conversation(each) for each in fans]
    await store(database, *fans, *talks)
    rows = [
        message(
            random.choice(talks),
            priority=random.choice([1, 5, 5, 10]),
            status=random.choice(["QUEUED", "QUEUED", "PENDING"]),
            scheduled_at=moment(-1) if random.random() < 0.2 else None,
            not_before=moment(random.choice([-5, 120])) if random.random() < 0.2 else None,
        )
        for _ in range(count)
    ]
    await store(database, *rows)
    return rows


async def as_they_go(database: Database, home: CreatorAccount, kind: str) -> list[UUID]:
    """Each head in its turn, until nobody may go."""
    gone: list[UUID] = []

    async def send(head: UUID) -> None:
        mine = (Message.user_id == home.user_id, Message.id == head)
        await writing(database, lambda session: session.execute(update(Message).where(*mine).values(status="SENT")))

    while True:
        heads = await reading(database, lambda session: waiting.heads(session, home.user_id, home.id))
        head: UUID | None = getattr(heads, kind)
        if head is None:
            return gone
        gone.append(head)
        await send(head)


async def places(database: Database, home: CreatorAccount, rows: list[Message], *, of_campaigns: bool) -> list[Place]:
    read = line_places.of_campaigns if of_campaigns else line_places.of_replies
    ids = [row.id for row in rows]
    found = await reading(database, lambda session: read(session, home.user_id, [home.id], ids))
    return sorted(found, key=lambda place: place.turn)


async def queued(database: Database, home: CreatorAccount) -> None:
    pending = (Message.user_id == home.user_id, Message.status == "PENDING")
    await writing(database, lambda session: session.execute(update(Message).where(*pending).values(status="QUEUED")))


@pytest.mark.parametrize("seed", range(4))
async def test_replies_go_as_their_places_say(database: Database, seed: int) -> None:
    home = await an_account(database)
    rows = await replies_of(database, home, Random(seed), 14)

    found = await places(database, home, rows, of_campaigns=False)
    # On their way to the queue they have their place already.
    await queued(database, home)
    ready = [place for place in found if place.ready_at is None]
    assert [place.id for place in ready] == await as_they_go(database, home, "reply")
    assert [place.ahead for place in ready] == list(range(len(ready)))
    assert {place.ready for place in found} == {len(ready)}
    assert len(found) == len(rows)
    of = {row.id: row for row in rows}
    for number, place in enumerate(ready):
        more_urgent = any(of[other.id].priority > of[place.id].priority for other in ready[:number])
        assert place.behind == more_urgent


@pytest.mark.parametrize("seed", range(2))
async def test_messages_of_several_campaigns_go_as_their_places_say(database: Database, seed: int) -> None:
    home, random = await an_account(database), Random(seed)
    someone = fan(home.user_id, home.id)
    talk = conversation(someone)
    wholes = [campaign(home, status=status) for status in ("ACTIVE", "ACTIVE", "PAUSED")]
    await store(database, someone, talk, *wholes)
    rows = [
        message(
            talk,
            campaign_id=random.choice(wholes).id,
            priority=random.choice([5, 5, 9]),
            status=random.choice(["QUEUED", "QUEUED", "PENDING"]),
            not_before=moment(120) if random.random() < 0.2 else None,
        )
        for _ in range(14)
    ]
    await store(database, *rows)

    found = await places(database, home, rows, of_campaigns=True)
    lengths = await reading(
        database,
        lambda session: line_places.lengths_up_to(session, home.user_id, [home.id], [whole.id for whole in wholes]),
    )
    await queued(database, home)
    ready = [place for place in found if place.ready_at is None]
    assert [place.id for place in ready] == await as_they_go(database, home, "campaign")
    assert [place.ahead for place in ready] == list(range(len(ready)))
    active = {whole.id for whole in wholes[:2]}
    assert {place.id for place in found} == {row.id for row in rows if row.campaign_id in active}
    of = {row.id: row.campaign_id for row in rows}
    assert lengths == {whole: max(place.turn for place in found if of[place.id] == whole) for whole in active}


async def test_an_earlier_reply_of_the_conversation_holds(database: Database) -> None:
    """One that waits, is under way, is being tried again, or of which nobody knows; not what holds nobody."""
    home = await an_account(database)
    whole = campaign(home)
    await store(database, whole)
    rows: dict[str, Message] = {}
    holders: dict[str, dict[str, object]] = {
        "waits": {},
        "is sent": {"status": "SENDING"},
        "is tried again": {"not_before": moment(30)},
        "is unknown": {"status": "UNKNOWN", "finished_at": moment(-90)},
        "was unknown": {"status": "UNKNOWN", "finished_at": moment(-121)},
        "has ended": {"status": "SENT", "finished_at": moment(-1)},
        "is scheduled": {"status": "PENDING", "scheduled_at": moment(30)},
        "is of a campaign": {"campaign_id": whole.id},
    }
    for name, values in holders.items():
        someone = fan(home.user_id, home.id)
        talk = conversation(someone)
        holder, rows[name] = message(talk, **values), message(talk)
        await store(database, someone, talk, holder, rows[name])

    found = {place.id: place for place in await places(database, home, list(rows.values()), of_campaigns=False)}

    held = {name: found[row.id].held for name, row in rows.items()}
    assert held == {name: name in {"waits", "is sent", "is tried again", "is unknown"} for name in holders}
    until = {name: found[row.id].ready_at for name, row in rows.items() if found[row.id].ready_at is not None}
    for name in ("is tried again", "is unknown"):
        assert abs(until.pop(name) - moment(30)) < timedelta(seconds=8)
    assert until == {}


async def test_what_a_worker_has_a_slot_for_stands_in_no_line(database: Database) -> None:
    home = await an_account(database)
    [reserved, waits] = await two_replies(database, home)
    attempt = Attempt(
        user_id=home.user_id,
        message_id=reserved.id,
        number=1,
        platform=home.platform,
        account_id=home.account_id,
        worker="w",
        lease_until=moment(60),
    )
    await store(database, attempt)

    [place] = await places(database, home, [reserved, waits], of_campaigns=False)

    # It holds its conversation all the same.
    assert (place.id, place.ahead, place.ready, place.held) == (waits.id, 0, 1, True)


async def two_replies(database: Database, home: CreatorAccount) -> list[Message]:
    someone = fan(home.user_id, home.id)
    talk = conversation(someone)
    rows = [message(talk), message(talk)]
    await store(database, someone, talk, *rows)
    return rows


async def test_other_accounts_and_owners_stand_in_other_lines(database: Database) -> None:
    home, elsewhere = await an_account(database), await an_account(database)
    mine, theirs = await two_replies(database, home), await two_replies(database, elsewhere)
    second = account(home.user_id, "second")
    await store(database, second)
    others = await two_replies(database, second)

    found = await places(database, home, [*mine, *theirs, *others], of_campaigns=False)
    assert [place.id for place in found] == [row.id for row in mine]
    both = [row.id for row in (*mine, *others)]
    lines = await reading(
        database, lambda session: line_places.of_replies(session, home.user_id, [home.id, second.id], both)
    )
    assert {(place.creator_account_id, place.ahead, place.ready) for place in lines} == {
        (of, ahead, 2) for of in (home.id, second.id) for ahead in (0, 1)
    }


async def test_a_paused_campaign_stands_in_no_line(database: Database) -> None:
    home = await an_account(database)
    someone = fan(home.user_id, home.id)
    talk, whole = conversation(someone), campaign(home)
    row = message(talk, campaign_id=whole.id)
    await store(database, someone, talk, whole, row)
    assert len(await places(database, home, [row], of_campaigns=True)) == 1
    mine = (Campaign.user_id == home.user_id, Campaign.id == whole.id)
    await writing(database, lambda session: session.execute(update(Campaign).where(*mine).values(status="PAUSED")))

    assert await places(database, home, [row], of_campaigns=True) == []
