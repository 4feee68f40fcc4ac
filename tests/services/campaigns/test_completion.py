"""The sweeper closes a campaign that is over, and none whose messages were put back meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest

from db.engine import Database, WriteSession
from db.models import Campaign, Message
from db.queries import campaigns, messages
from services.campaigns.progress import Progress
from tests.stored import (
    a_user,
    account,
    campaign,
    conversation,
    fan,
    message,
    opened,
    reading,
    store,
    transactions,
    writing,
)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url) as database:
        yield database


async def failed(database: Database) -> tuple[Campaign, Message]:
    """An active campaign whose only message has failed."""
    owner = await a_user(database)
    home = account(owner)
    robin = fan(owner, home.id)
    talk, news = conversation(robin), campaign(home)
    only = message(talk, campaign_id=news.id, status="FAILED")
    await store(database, home, robin, talk, news, only)
    return news, only


async def sweep(database: Database) -> int:
    async with transactions(database)() as work:
        return await Progress(20).complete_all(work, 100)


async def status(database: Database, of: Campaign) -> str:
    found = await reading(database, lambda session: campaigns.get(session, of.user_id, of.id))
    assert found is not None
    return found.status


async def test_one_that_is_over_is_closed(database: Database) -> None:
    news, _ = await failed(database)

    assert (await sweep(database), await status(database, news)) == (1, "COMPLETED")


async def test_one_that_was_retried_between_the_look_and_the_lock_stays_open(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL gives the locked row as it was seen, since the retry holds the campaign without changing it. No test
    can stop a statement between the two, so the retry's commit is made to be seen just after it.
    """
    news, only = await failed(database)
    real = campaigns.over

    async def over(session: WriteSession, limit: int) -> Sequence[Campaign]:
        found = await real(session, limit)
        assert [each.id for each in found] == [news.id]
        back = (news.user_id, only.id, ("FAILED",))
        await writing(database, lambda other: messages.move(other, *back, status="PENDING"))
        return found

    monkeypatch.setattr(campaigns, "over", over)

    assert (await sweep(database), await status(database, news)) == (0, "ACTIVE")
