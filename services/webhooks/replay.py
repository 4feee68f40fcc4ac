"""Work on journalled webhooks once more, because somebody asks for it: what they did already is not done twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import structlog

from db.engine import Database
from db.queries import webhook_choice
from db.queries.webhook_choice import Choice, Listed
from services.monitoring.logs import traced
from services.webhooks.work import Outcome, WebhookWorker

log = structlog.get_logger(service="webhooks")

BATCH = 100


@dataclass(frozen=True, slots=True)
class Replayed:
    """A delivery as it was, and what came of it; `fault` for one that met a fault and is as it was."""

    delivery: Listed
    outcome: Outcome


async def replay(database: Database, worker: WebhookWorker, choice: Choice, limit: int) -> AsyncIterator[Replayed]:
    """Oldest first, at most `limit`; one that goes wrong does not keep the others."""
    after, left = None, limit
    while left > 0:
        async with database.reads() as session:
            found = await webhook_choice.chosen(session, choice, min(BATCH, left), after)
        for delivery in found:
            yield Replayed(delivery, await _outcome(worker, delivery))
        if len(found) < BATCH:
            return
        after, left = (found[-1].received_at, found[-1].id), left - len(found)


async def _outcome(worker: WebhookWorker, delivery: Listed) -> Outcome:
    try:
        return await worker.work_again(delivery.owner, delivery.id) or Outcome("gone")
    except Exception as error:
        log.error("webhook_failed", action="replay", delivery=str(delivery.id), **traced(error))
        return Outcome("fault", type(error).__name__)
