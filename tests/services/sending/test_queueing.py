"""Stored messages are handed to the queue while the database goes away: they are accepted, and that is what is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from db.engine import Database
from db.liveness import DatabaseAway
from db.models import Message
from services.runtime.clock import SystemClock
from services.sending.payload import QueueMessage
from services.sending.queueing import Queued, Queueing
from services.sending.send_result import SendResult, SendStatus
from tests.stored import a_user, account, conversation, fan, message, store, transactions


class Queue:
    """Takes everything."""

    def __init__(self) -> None:
        self.taken: list[QueueMessage] = []

    async def send_batch(self, batch: Sequence[QueueMessage]) -> list[SendResult]:
        self.taken += batch
        return [SendResult(each.message_id, SendStatus.QUEUED, each.timestamp, None, None) for each in batch]


class NoEstimates:
    async def of_messages(self, *_: Any) -> dict[Any, Any]:
        return {}


class Away:
    """A database that is asked for a session, or for a transaction."""

    def __call__(self) -> Any:
        raise DatabaseAway("away")

    reads = __call__


async def test_what_is_stored_stays_pending_whenever_the_database_goes(database: Database) -> None:
    owner = await a_user(database)
    home = account(owner)
    robin = fan(owner, home.id)
    talk = conversation(robin)
    pending = message(talk, status="PENDING")
    await store(database, home, robin, talk, pending)
    usual = transactions(database)
    for stored, work, taken in ((Away(), usual, 0), (database, Away(), 1)):
        [queued], queue = await enqueued(stored, work, pending)
        assert (queued.message, queued.problem, len(queue.taken)) == (pending, None, taken)
    [queued], queue = await enqueued(database, usual, pending)
    assert (queued.message.status, queued.problem, len(queue.taken)) == ("QUEUED", None, 1)


async def enqueued(stored: Any, work: Any, pending: Message) -> tuple[list[Queued], Queue]:
    queue = Queue()
    queueing = Queueing(stored, work, cast("Any", queue), cast("Any", NoEstimates()), SystemClock())
    return await queueing.enqueue(pending.user_id, [pending]), queue
