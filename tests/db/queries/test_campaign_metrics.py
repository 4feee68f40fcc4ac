"""The numbers of campaigns equal a naive count, after any order of events."""

from __future__ import annotations

from collections import Counter
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import delete, select, update

from db.engine import Database
from db.models import Campaign, CampaignRecipient, Conversation, Fan, Message, Payment, new_id
from db.models.messages import MESSAGE_STATUSES
from db.queries import campaign_metrics
from db.queries.campaign_metrics import Counts
from tests.stored import LONG_AGO, a_user, account, campaign, conversation, fan, message, reading, store, writing

STEPS = 40


async def wholes_of(database: Database, owner: UUID) -> tuple[list[Campaign], list[Conversation]]:
    """Two campaigns of six fans and an empty one."""
    home = account(owner, str(owner))
    fans = [fan(owner, home.id) for _ in range(6)]
    talks, wholes = [conversation(each) for each in fans], [campaign(home) for _ in range(3)]
    audience = [
        CampaignRecipient(user_id=owner, campaign_id=whole.id, fan_id=each.id, position=position)
        for whole in wholes[:2]
        for position, each in enumerate(fans)
    ]
    await store(database, home, *fans, *talks, *wholes, *audience)
    return wholes, talks


async def something_happens(
    database: Database, random: Random, wholes: list[Campaign], talks: list[Conversation]
) -> None:
    """A message is written, moves, or goes; a fan pays, for a message of a campaign or otherwise; a fan is deleted."""
    owner, whole, talk = wholes[0].user_id, random.choice(wholes[:2]), random.choice(talks)
    mine = list(await reading(database, lambda s: s.scalars(select(Message).where(Message.user_id == owner))))
    one = random.choice(mine) if mine else None
    what = random.choice(["write", "write", "move", "move", "pay", "go", "delete"])
    if what == "write":
        of = random.choice([whole.id, whole.id, None])
        await store(database, message(talk, campaign_id=of, status=random.choice(MESSAGE_STATUSES)))
    elif what == "pay":
        await store(database, _payment(random, talk, random.choice([whole.id, None]), len(mine)))
    elif what == "delete":
        gone = update(Fan).where(Fan.user_id == owner, Fan.id == talk.fan_id).values(deleted_at=LONG_AGO)
        await writing(database, lambda s: s.execute(gone))
    elif one is not None:
        same = (Message.user_id == owner, Message.id == one.id)
        moved = update(Message).where(*same).values(status=random.choice(MESSAGE_STATUSES), version=Message.version + 1)
        await writing(database, lambda s: s.execute(moved if what == "move" else delete(Message).where(*same)))


def _payment(random: Random, talk: Conversation, of: UUID | None, number: int) -> Payment:
    return Payment(
        user_id=talk.user_id, id=new_id(), creator_account_id=talk.creator_account_id, fan_id=talk.fan_id,
        campaign_id=of, kind=random.choice(["UNLOCK", "UNLOCK", "TIP", "SUBSCRIPTION"]),
        amount_cents=random.randint(0, 10_000), payment_key=str(new_id()), paid_at=LONG_AGO,
    )  # fmt: skip


async def naive(database: Database, whole: Campaign) -> Counts:
    owner, found = whole.user_id, Counts()
    async with database.reads() as session:
        recipients = (await session.scalars(select(CampaignRecipient).where(CampaignRecipient.user_id == owner))).all()
        rows = (await session.scalars(select(Message).where(Message.user_id == owner))).all()
        payments = (await session.scalars(select(Payment).where(Payment.user_id == owner))).all()
    found.recipients = sum(each.campaign_id == whole.id for each in recipients)
    sent = [row for row in rows if row.campaign_id == whole.id]
    found.by_status = dict(Counter(row.status for row in sent))
    found.versions = sum(row.version for row in sent)
    paid = [each.amount_cents for each in payments if each.campaign_id == whole.id and each.kind == "UNLOCK"]
    found.purchased, found.revenue_cents = len(paid), sum(paid)
    return found


@pytest.mark.parametrize("seed", range(3))
async def test_the_numbers_equal_a_naive_count_after_any_order_of_events(database: Database, seed: int) -> None:
    random, owner = Random(seed), await a_user(database)
    wholes, talks = await wholes_of(database, owner)
    others, their_talks = await wholes_of(database, await a_user(database))
    ids, seen, purchases = [each.id for each in wholes], set(), 0
    for step in range(STEPS):
        await something_happens(database, random, wholes, talks)
        await something_happens(database, random, others, their_talks)
        if step % 4 == 3:
            found = await reading(database, lambda session: campaign_metrics.of_campaigns(session, owner, ids))
            assert found == {each.id: await naive(database, each) for each in wholes}
            seen |= {status for counts in found.values() for status in counts.by_status}
            purchases += sum(counts.purchased for counts in found.values())
    assert purchases > 0
    assert len(seen) > 3, "there was something to count"
    foreign = await reading(database, lambda session: campaign_metrics.of_campaigns(session, owner, [others[0].id]))
    assert foreign == {others[0].id: Counts()}
