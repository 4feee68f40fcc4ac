"""What is removed, what stays, in which steps, and what it means for a client that comes back."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import func, select

from db.engine import Database, WriteSession
from db.models import Attempt, Conversation, IdempotencyKey, LiveEvent, LiveSequence, Message, WebhookDelivery, new_id
from db.queries import live_events, retention
from db.queries.live_events import NewEvent
from services.pacing.limit import Limit
from services.runtime.settings import Settings
from services.workers.retention import Retention
from tests.services.live.watching import process
from tests.stored import a_user, account, conversation, fan, message, opened, reading, store, transactions, writing

LIMIT = Limit(10, timedelta(seconds=60), timedelta(seconds=3))


def ago(**units: float) -> datetime:
    return datetime.now(UTC) - timedelta(**units)


@dataclass
class Shelf:
    """Rows of one owner, to be old or young."""

    database: Database
    settings: Settings
    owner: UUID
    account_id: UUID
    talk: Conversation
    stopping: asyncio.Event

    def retention(self, batch: int = 500, **kept: float) -> Retention:
        settings = self.settings.model_copy(update=kept)
        return Retention(transactions(self.database), settings, LIMIT, self.stopping, batch)

    async def message(self, status: str, **values: Any) -> Message:
        row = message(self.talk, status=status, **values)
        await store(self.database, row)
        return row

    async def attempt(self, of: Message, ended: datetime, number: int = 1, state: str = "done") -> UUID:
        row = Attempt(
            user_id=self.owner,
            id=new_id(),
            message_id=of.id,
            number=number,
            platform="SANDBOX",
            account_id="acct",
            worker="w",
            state=state,
            finished_at=ended if state == "done" else None,
            lease_until=ended,
        )
        await store(self.database, row)
        return row.id

    async def webhook(self, status: str, finished_at: datetime | None) -> UUID:
        row = WebhookDelivery(
            user_id=self.owner,
            id=new_id(),
            creator_account_id=self.account_id,
            delivery_key=str(new_id()),
            kind="messages.received",
            body=b"{}",
            status=status,
            received_at=ago(days=400),
            finished_at=finished_at,
        )
        await store(self.database, row)
        return row.id

    async def events(self, owner: UUID, *occurred: datetime) -> None:
        """One event for each moment, numbered on."""

        async def append(session: WriteSession) -> None:
            last = await live_events.append(session, owner, [NewEvent("account_updated")] * len(occurred))
            for number, moment in enumerate(occurred, last - len(occurred) + 1):
                row = await session.get(LiveEvent, (owner, number))
                assert row is not None
                row.occurred_at = moment

        await writing(self.database, append)

    async def sequences(self, owner: UUID) -> list[int]:
        query = select(LiveEvent.sequence).where(LiveEvent.user_id == owner).order_by(LiveEvent.sequence)
        return list(await reading(self.database, lambda session: _scalars(session, query)))

    async def left(self, model: Any) -> set[UUID]:
        query = select(model.id).where(model.user_id == self.owner)
        return set(await reading(self.database, lambda session: _scalars(session, query)))


async def _scalars(session: Any, query: Any) -> Any:
    return (await session.scalars(query)).all()


@pytest.fixture
async def shelf(settings: Settings) -> Any:
    async with opened(settings.database_url.get_secret_value()) as database:
        owner = await a_user(database)
        acct = account(owner)
        robin = fan(owner, acct.id)
        talk = conversation(robin)
        await store(database, acct, robin, talk)
        yield Shelf(database, settings, owner, acct.id, talk, asyncio.Event())


@pytest.mark.parametrize(
    ("status", "ended", "attempted", "state", "stays"),
    [
        ("SENT", ago(days=31), ago(days=31), "done", False),
        ("DELIVERED", ago(days=31), ago(days=31), "done", False),
        ("FAILED", ago(days=31), ago(days=31), "done", False),
        ("CANCELLED", ago(days=31), ago(days=31), "done", False),
        ("SENT", ago(days=29), ago(days=29), "done", True),
        ("SENT", ago(days=29), ago(days=31), "done", True),
        ("SENT", ago(days=31), ago(days=29), "done", True),
        ("UNKNOWN", ago(days=31), ago(days=31), "done", True),
        ("QUEUED", None, ago(days=31), "done", True),
        ("SENDING", None, ago(days=31), "done", True),
        ("PENDING", ago(days=31), ago(days=31), "done", True),
        ("SENT", ago(days=31), ago(days=31), "dispatching", True),
    ],
)
async def test_attempts_go_when_their_message_ended_long_ago(
    shelf: Shelf, status: str, ended: datetime | None, attempted: datetime, state: str, stays: bool
) -> None:
    attempt = await shelf.attempt(await shelf.message(status, finished_at=ended), attempted, state=state)

    removed = await shelf.retention().round()

    assert removed["attempts"] == (0 if stays else 1)
    assert await shelf.left(Attempt) == ({attempt} if stays else set())


async def test_a_message_that_was_cancelled_has_no_end_but_its_last_change(shelf: Shelf) -> None:
    old = await shelf.message("CANCELLED", updated_at=ago(days=31))
    young = await shelf.message("CANCELLED", updated_at=ago(days=29))
    await shelf.attempt(old, ago(days=31))
    kept = await shelf.attempt(young, ago(days=31))

    await shelf.retention().round()

    assert await shelf.left(Attempt) == {kept}


async def test_attempts_that_count_for_the_limit_stay_whatever_is_set(shelf: Shelf) -> None:
    sent = await shelf.message("SENT", finished_at=ago(seconds=100))
    counted = await shelf.attempt(sent, ago(seconds=100))

    await shelf.retention(retention_attempts_days=0.000001).round()

    assert await shelf.left(Attempt) == {counted}


async def test_small_steps_go_past_what_stays_and_remove_all_the_rest(shelf: Shelf) -> None:
    unknown = await shelf.message("UNKNOWN", finished_at=ago(days=50))
    sent = await shelf.message("SENT", finished_at=ago(days=40))
    kept = {await shelf.attempt(unknown, ago(days=50 - n / 10), n) for n in range(1, 6)}
    for number in range(1, 8):
        await shelf.attempt(sent, ago(days=45 - number / 10), number)

    assert (await shelf.retention(batch=2).round())["attempts"] == 7

    assert await shelf.left(Attempt) == kept


async def test_webhooks_go_when_they_were_worked_on_long_ago(shelf: Shelf) -> None:
    for status in ("done", "ignored", "failed"):
        await shelf.webhook(status, ago(days=31))
    stay = {
        await shelf.webhook("received", None),
        await shelf.webhook("received", ago(days=31)),
        await shelf.webhook("done", ago(days=29)),
    }

    assert (await shelf.retention(batch=2).round())["webhook_deliveries"] == 3

    assert await shelf.left(WebhookDelivery) == stay


async def test_idempotency_keys_go_by_their_age(shelf: Shelf) -> None:
    for days in (29, 31, 32, 33):
        values = {"operation": "sendMessage", "key": str(days), "input_hash": "", "result_id": new_id()}
        await store(shelf.database, IdempotencyKey(user_id=shelf.owner, created_at=ago(days=days), **values))

    assert (await shelf.retention(batch=2).round())["idempotency_keys"] == 3

    query = select(IdempotencyKey.key).where(IdempotencyKey.user_id == shelf.owner)
    assert await reading(shelf.database, lambda session: _scalars(session, query)) == ["29"]


async def test_events_go_from_the_beginning_of_each_owners_sequence(shelf: Shelf) -> None:
    other = await a_user(shelf.database)
    await shelf.events(shelf.owner, *[ago(hours=25)] * 5, *[ago(hours=23)] * 2)
    await shelf.events(other, ago(hours=30), ago(hours=1))

    assert (await shelf.retention(batch=2).round())["live_events"] == 6

    assert (await shelf.sequences(shelf.owner), await shelf.sequences(other)) == ([6, 7], [2])


async def test_a_clock_that_ran_backwards_leaves_no_gap_in_a_sequence(shelf: Shelf) -> None:
    await shelf.events(shelf.owner, ago(hours=1), ago(hours=30), ago(hours=2))

    await shelf.retention().round()

    assert await shelf.sequences(shelf.owner) == [3]


async def test_a_cursor_older_than_what_is_kept_has_to_fetch_again_even_when_all_is_gone(
    shelf: Shelf, redis_endpoint: str
) -> None:
    await shelf.events(shelf.owner, *[ago(hours=25)] * 4)
    async with process(shelf.database, redis_endpoint) as here:
        present = await here.inbox.cursor(shelf.owner)
        assert (await shelf.retention().round())["live_events"] == 4

        async with (
            here.watching(shelf.owner, replace(present, sequence=3)) as late,
            here.watching(shelf.owner, present) as in_time,
        ):
            await late.until(2)
            await in_time.until(1)
            await here.say(shelf.owner, "new")
            await late.until(3)
            await in_time.until(2)
        assert (late.names, in_time.names) == (["Resync", "Ready", "new"], ["Ready", "new"])


async def test_the_sequence_itself_stays(shelf: Shelf) -> None:
    await shelf.events(shelf.owner, ago(hours=25))

    await shelf.retention().round()

    query = select(func.count()).select_from(LiveSequence).where(LiveSequence.user_id == shelf.owner)
    assert await reading(shelf.database, lambda session: session.scalar(query)) == 1


async def test_while_another_worker_removes_this_one_passes_by(shelf: Shelf) -> None:
    await shelf.events(shelf.owner, ago(hours=25))
    other = await asyncpg.connect(shelf.settings.database_url.get_secret_value())
    async with other.transaction():
        assert await other.fetchval("SELECT pg_try_advisory_xact_lock($1)", retention.LOCK)
        assert set((await shelf.retention().round()).values()) == {0}
        assert await shelf.sequences(shelf.owner) == [1]
    await other.close()

    assert (await shelf.retention().round())["live_events"] == 1


async def test_a_worker_that_stops_removes_nothing_more(shelf: Shelf) -> None:
    await shelf.events(shelf.owner, ago(hours=25))
    shelf.stopping.set()

    await shelf.retention().round()

    assert await shelf.sequences(shelf.owner) == [1]
