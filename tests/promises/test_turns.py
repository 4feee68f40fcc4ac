"""Promise 4: replies keep their order and go before campaigns, which keep a floor; creators take turns."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from services.runtime.settings import Settings
from tests.promises.audit import arrivals, inversions, most_in_a_window
from tests.promises.creators import Creators
from tests.promises.stage import LONG, PATIENCE, open_stage
from tests.promises.writing import write
from tests.waiting import eventually

pytestmark = pytest.mark.timeout(PATIENCE)

SENT = "SELECT 1 FROM messages WHERE status = 'SENT'"
FANS, OF_THE_CAMPAIGN, REPLIES = 4, 12, 16


async def test_replies_of_a_conversation_keep_their_order_and_a_campaign_its_floor(quick: Settings) -> None:
    """Replies wait all the time, more than the limit takes; the platform refuses some of them at first."""
    quick = quick.model_copy(update={"rate_limit_messages": 5, "rate_limit_window_seconds": 3.0})
    async with open_stage(quick, workers=2) as stage:
        creators = await Creators.make(stage, 1, FANS)
        for _ in range(3):
            await stage.sandbox.fault("not_sent")
            await stage.sandbox.fault("delay", seconds=0.2, count=2)
        written = await creators.queued(REPLIES)
        campaign = await creators.campaign(OF_THE_CAMPAIGN)
        await asyncio.gather(*(worker.start() for worker in stage.workers))
        await eventually(lambda: stage.all_sent(written), LONG, "all replies")

        seen = arrivals(await stage.sandbox.arrivals())
        assert inversions(seen, written) == []
        assert most_in_a_window(seen, quick.rate_limit_window_seconds) <= quick.rate_limit_messages
        # About a slot of each window was the campaign's: never none, and not many.
        texts = [each.text for each in seen if each.delivered]
        places = [place for place, text in enumerate(texts) if text in campaign]
        assert len(places) >= 2
        windows = 1 + (seen[-1].at - seen[0].at) / quick.rate_limit_window_seconds
        assert len(places) <= windows + 1


async def test_a_reply_overtakes_a_campaign(quick: Settings) -> None:
    """Whatever the campaign's priority: what was under way when the reply came is all that goes before it."""
    async with open_stage(quick, workers=2) as stage:
        creators = await Creators.make(stage, 1, FANS)
        campaign = await creators.campaign(40, priority=10)
        await asyncio.gather(stage.start_api(), *(worker.start() for worker in stage.workers))
        await eventually(lambda: stage.books.any(SENT), LONG, "the campaign under way")
        for number in range(2):
            text = f"reply {number}"
            await write(stage, creators.each[0], text, priority=1)
            before = len(await stage.sandbox.arrivals())
            await eventually(partial(stage.all_sent, [text]), LONG, "the reply")
            texts = [each.text for each in arrivals(await stage.sandbox.arrivals())]
            assert texts.index(text) - before <= 2
        assert len(set(campaign) - set(texts)) > 10


async def test_a_creator_does_not_wait_behind_the_backlog_of_another(quick: Settings) -> None:
    async with open_stage(quick, workers=2) as stage:
        creators = await Creators.make(stage, 2, FANS)
        busy, quiet = creators.each
        await creators.queued(80, of=[busy])
        await asyncio.gather(stage.start_api(), *(worker.start() for worker in stage.workers))
        await eventually(lambda: stage.books.any(SENT), LONG, "the backlog under way")
        before = len(await stage.sandbox.arrivals())
        await write(stage, quiet, "mine")
        await eventually(lambda: stage.all_sent(["mine"]), LONG, "the other creator's message")

        texts = [each.text for each in arrivals(await stage.sandbox.arrivals())]
        assert texts.index("mine") - before <= quick.rate_limit_messages
        assert await stage.books.count("QUEUED") > 40
