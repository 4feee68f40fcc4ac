"""Campaigns over several worker processes: cancelled while one of them dies, and started once by whichever looks."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from schema import ids
from services.runtime.settings import Settings
from tests.flows.campaigns import bulk, campaign_of, numbers, steer
from tests.promises.audit import arrivals
from tests.promises.books import disagreements
from tests.promises.creators import Creator, Creators
from tests.promises.processes import Process
from tests.promises.stage import LONG, PATIENCE, Stage, open_stage
from tests.waiting import eventually

pytestmark = pytest.mark.timeout(PATIENCE)

RECIPIENTS, SENT_BEFORE = 40, 5
NO_CALL_ENDS = {"platform_timeout_seconds": 60.0, "worker_lease_seconds": 62.0}
UNDER_WAY = "SELECT worker FROM attempts WHERE state = 'dispatching'"
LEASE_ENDS = "UPDATE attempts SET lease_until = clock_timestamp() WHERE state = 'dispatching' AND worker = $1"
REPEATS_END = "UPDATE messages SET not_before = now(), repeat_until = now() WHERE status = 'UNKNOWN'"
ALIVE = "SELECT 1 FROM worker_heartbeats HAVING count(*) >= $1"
STARTS = """SELECT m.campaign_id, e.message_id, count(*) FROM live_events e JOIN messages m ON m.id = e.message_id
    WHERE e.kind = 'message_added' GROUP BY 1, 2"""


@pytest.mark.parametrize("held", ["delay", "delay_after"])
async def test_cancelled_while_a_worker_dies_each_is_sent_once_or_taken_back(quick: Settings, held: str) -> None:
    """The worker dies in the middle of a call, which has reached the fan (`delay_after`) or will (`delay`)."""
    async with open_stage(quick.model_copy(update=NO_CALL_ENDS), workers=2) as stage:
        [mia] = (await Creators.make(stage, 1, RECIPIENTS)).each
        await stage.sandbox.fault("delay", seconds=0, count=SENT_BEFORE)
        await stage.sandbox.fault(held, seconds=600, count=100)
        await asyncio.gather(stage.start_api(), *(worker.start() for worker in stage.workers))
        client = stage.client(mia.subject)
        key = (await bulk(client, _fans(mia)))["campaign"]["id"]
        await eventually(lambda: stage.arrived(SENT_BEFORE + 1), LONG, "a call that is held")
        [[victim]] = await stage.books.rows(UNDER_WAY)
        assert (await steer(client, "cancelCampaign", key))["errors"] == []
        await _named(stage, victim).kill()
        await stage.worker().start()
        await stage.sandbox.mend()
        await stage.sandbox.quiet()
        await stage.books.execute(LEASE_ENDS, victim)
        await eventually(
            lambda: stage.books.any("SELECT 1 FROM messages WHERE status = 'UNKNOWN'"), LONG, "the unknown"
        )
        taken_back = RECIPIENTS - SENT_BEFORE - 1
        told = (await campaign_of(client, key))["metrics"]
        assert told == numbers(recipients=RECIPIENTS, sent=SENT_BEFORE, unknown=1, cancelled=taken_back)
        # The time passes in which it could have been repeated: the chat is read back.
        await stage.books.execute(REPEATS_END)
        await eventually(lambda: _settled(stage), LONG, "the end of the campaign")

        told = await campaign_of(client, key)
        assert told["status"] == "CANCELLED"
        assert told["metrics"] == numbers(recipients=RECIPIENTS, sent=SENT_BEFORE + 1, cancelled=taken_back)
        assert await _disagreements(stage) == []
        # What comes after it goes at once: nothing of it is left in the line.
        later = await bulk(client, _fans(mia)[-1:], content="later")
        await eventually(partial(stage.all_sent, ["later"]), LONG, "another campaign")
        assert later["errors"] == await _disagreements(stage) == []
        assert await stage.sandbox.delivered() == SENT_BEFORE + 2
        assert (await campaign_of(client, key))["metrics"] == told["metrics"]


async def test_schedules_start_once_whichever_process_looks_first(quick: Settings) -> None:
    """As many as possible are due in one moment, for three workers that look ten times a second."""
    async with open_stage(quick.model_copy(update={"worker_sweep_seconds": 0.1}), workers=3) as stage:
        creators = (await Creators.make(stage, 6, 3)).each
        await asyncio.gather(stage.start_api(), *(worker.start() for worker in stage.workers))
        await eventually(lambda: stage.books.any(ALIVE, len(stage.workers)), LONG, "all workers")
        keys = await asyncio.gather(*(_scheduled(stage, each) for each in creators))
        await eventually(lambda: _completed(stage, len(keys)), LONG, "all campaigns")

        steps = await stage.books.rows(STARTS)
        assert {times for _, _, times in steps} == {1}
        assert sorted(ids.encode("Campaign", campaign) for campaign, _, _ in steps) == sorted(keys * 3)
        assert sum(worker.said().count('"event": "campaign_due"') for worker in stage.workers) == len(keys)
        for creator, key in zip(creators, keys, strict=True):
            told = await campaign_of(stage.client(creator.subject), key)
            assert told["metrics"] == numbers(recipients=3, sent=3)
        assert await _disagreements(stage) == []
        assert await stage.sandbox.delivered() == 3 * len(keys)


def _fans(creator: Creator) -> list[str]:
    return [ids.encode("Fan", fan) for fan in creator.fans]


def _named(stage: Stage, worker: str) -> Process:
    """The process by what it calls itself, which ends with its pid."""
    return next(each for each in stage.workers if each.alive and worker.endswith(f"-{each.pid}"))


async def _settled(stage: Stage) -> bool:
    """Nothing is under way, and of nothing it is unknown whether it arrived."""
    open_ones = await stage.books.count("PENDING", "QUEUED", "SENDING", "UNKNOWN")
    return open_ones == 0 and not await stage.books.any("SELECT 1 FROM attempts WHERE state <> 'done'")


async def _disagreements(stage: Stage) -> list[str]:
    return disagreements(await stage.books.statuses(), arrivals(await stage.sandbox.arrivals()))


async def _scheduled(stage: Stage, creator: Creator) -> str:
    """A campaign some seconds ahead, further where the API takes longer than that; gives its id."""
    client, seconds = stage.client(creator.subject), 4
    while True:
        at = datetime.now(UTC) + timedelta(seconds=seconds)
        made: dict[str, Any] = await bulk(client, _fans(creator), scheduledAt=at.isoformat(), content=_content(creator))
        if made["errors"] == []:
            return str(made["campaign"]["id"])
        assert [each["rule"] for each in made["errors"]] == ["future"]
        seconds *= 2


def _content(creator: Creator) -> str:
    return f"Hi {{name}} of {creator.subject}"


async def _completed(stage: Stage, campaigns: int) -> bool:
    return bool(await stage.books.value("SELECT count(*) FROM campaigns WHERE status = 'COMPLETED'") == campaigns)
