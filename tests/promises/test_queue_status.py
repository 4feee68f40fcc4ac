"""Promise 9: the queue's status says what the tables say, after anything. (Its speed is `bench.queue_status`.)"""

from __future__ import annotations

from typing import Any

import pytest

from services.runtime.settings import Settings
from tests.promises.creators import Creator, Creators
from tests.promises.stage import LONG, PATIENCE, Stage, open_stage
from tests.waiting import eventually

pytestmark = pytest.mark.timeout(PATIENCE)
STATUS = """{ queueStatus { depth inFlight total dlqCount messagesQueuedToday messagesProcessedToday failureRate
  backlog { waiting sending failed unknown } } viewer { accounts { backlog { waiting sending failed unknown } } } }"""
EACH = 10


async def test_the_status_equals_the_tables_while_messages_end_in_every_way(quick: Settings) -> None:
    async with open_stage(quick, workers=2) as stage:
        creators = await Creators.make(stage, 2, EACH)
        for kind in ({"kind": "status", "status": 422}, {"kind": "delay_after", "seconds": 30}, {"kind": "not_sent"}):
            for creator in creators.each:
                await stage.sandbox.fault(**kind, accountId=creator.platform_account)
        await stage.start_api()
        await creators.queued(EACH)
        await stage.books.execute("UPDATE messages SET queued_at = clock_timestamp()")
        first, second = stage.workers
        await first.start()
        await eventually(lambda: stage.arrived(4), LONG, "sending under way")
        await first.kill()
        # Nobody works now: the same tables are read twice.
        for creator in creators.each:
            assert await _told(stage, creator) == await _counted(stage, creator)
        await second.start()
        await eventually(lambda: _nothing_waits(stage), LONG, "the end")
        second.terminate()
        await second.ended()
        for creator in creators.each:
            told = await _told(stage, creator)
            assert told == await _counted(stage, creator)
            assert told["failed"] == 1


async def _nothing_waits(stage: Stage) -> bool:
    return await stage.books.count("PENDING", "QUEUED", "SENDING") == 0


async def _told(stage: Stage, creator: Creator) -> dict[str, Any]:
    answer = await stage.client(creator.subject).run(STATUS)
    status, [account] = answer["queueStatus"], answer["viewer"]["accounts"]
    assert status["backlog"] == account["backlog"]
    assert status["total"] == status["depth"] + status["inFlight"]
    assert (status["depth"], status["inFlight"]) == (status["backlog"]["waiting"], status["backlog"]["sending"])
    assert status["dlqCount"] in {0, None}  # null: the queue service took longer than half a second
    backlog: dict[str, Any] = status["backlog"]
    return backlog | {
        "queued": status["messagesQueuedToday"],
        "processed": status["messagesProcessedToday"],
        "failure_rate": status["failureRate"],
    }


async def _counted(stage: Stage, creator: Creator) -> dict[str, Any]:
    """Row by row, in another way than the product does it."""
    rows = await stage.books.rows(
        "SELECT status, queued_at, finished_at FROM messages WHERE user_id = $1 AND direction = 'OUT'", creator.owner
    )
    statuses = [row[0] for row in rows]
    finished = [row[0] for row in rows if row[2] is not None]
    return {
        "waiting": statuses.count("PENDING") + statuses.count("QUEUED"),
        "sending": statuses.count("SENDING"),
        "failed": statuses.count("FAILED"),
        "unknown": statuses.count("UNKNOWN"),
        "queued": sum(row[1] is not None for row in rows),
        "processed": len(finished),
        "failure_rate": finished.count("FAILED") / len(finished) if finished else 0.0,
    }
