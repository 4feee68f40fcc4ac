"""Reading a conversation: exactly what was on screen becomes read, once, and everybody hears of it."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from db.engine import Database
from db.models import Conversation, Message, new_id
from db.queries import conversations, live_events
from services.conversations.mark_read import mark_read
from services.problems import Code, Rejected
from tests.stored import LONG_AGO, a_user, conversation, fan, message, reading, somebody_waits, store, transactions
from tests.waiting import eventually


def at(minute: int) -> datetime:
    return LONG_AGO + timedelta(minutes=minute)


def incoming(of: Conversation, minute: int) -> Message:
    return message(of, direction="IN", origin="FAN", status="RECEIVED", read=False, placed_at=at(minute))


async def talk_with(database: Database, unread: int, *minutes: int) -> tuple[Conversation, list[Message]]:
    """A conversation that believes in `unread` unread messages, with incoming ones of these minutes."""
    of = fan(await a_user(database))
    talk = conversation(of)
    talk.unread_count = unread
    rows = [incoming(talk, minute) for minute in minutes]
    await store(database, of, talk, *rows)
    return talk, rows


async def mark(database: Database, talk: Conversation, through: UUID | None = None) -> Conversation:
    return await mark_read(transactions(database), talk.user_id, talk.id, through)


async def unread(database: Database, rows: list[Message]) -> list[int]:
    """Which of them are unread, by number."""
    async with database.reads() as session:
        found = [await session.get(Message, (row.user_id, row.id)) for row in rows]
    return [number for number, row in enumerate(found) if row is not None and not row.read]


async def told(database: Database, owner: UUID) -> list[str]:
    return [event.kind for event in await reading(database, lambda s: live_events.after(s, owner, 0, 100))]


async def test_all_become_read(database: Database) -> None:
    talk, rows = await talk_with(database, 3, 1, 2, 3)
    answer = message(talk, placed_at=at(4))
    await store(database, answer)
    marked = await mark(database, talk)
    assert (marked.unread_count, marked.version) == (0, talk.version + 1)
    assert await unread(database, rows) == []
    assert await told(database, talk.user_id) == ["conversation_updated"]
    async with database.reads() as session:
        versions = [(await session.get_one(Message, (row.user_id, row.id))).version for row in [*rows, answer]]
    assert versions == [2, 2, 2, 1]


async def test_up_to_a_message_and_with_it_by_place_and_id(database: Database) -> None:
    talk, rows = await talk_with(database, 4, 1, 2, 2, 3)
    marked = await mark(database, talk, rows[1].id)
    assert marked.unread_count == 2
    assert await unread(database, rows) == [2, 3]
    ours = message(talk, placed_at=at(2))
    await store(database, ours)
    assert (await mark(database, talk, ours.id)).unread_count == 1
    assert await unread(database, rows) == [3]


async def test_nothing_new_changes_nothing_and_tells_nobody(database: Database) -> None:
    talk, rows = await talk_with(database, 1, 1, 2)
    await mark(database, talk, rows[0].id)
    before = await told(database, talk.user_id)
    again = await mark(database, talk, rows[0].id)
    assert (again.unread_count, again.version) == (1, 2)
    assert await told(database, talk.user_id) == before


async def test_a_count_that_was_wrong_is_put_right(database: Database) -> None:
    talk, rows = await talk_with(database, 7, 1, 2)
    assert (await mark(database, talk, rows[0].id)).unread_count == 1
    talk, _ = await talk_with(database, 7)
    assert (await mark(database, talk)).unread_count == 0


async def test_what_comes_meanwhile_stays_unread(database: Database, database_url: str) -> None:
    """The message is stored and not committed when the conversation is marked: the mark waits for it, or is first."""
    talk, rows = await talk_with(database, 1, 1)
    late = incoming(talk, 2)
    async with transactions(database)() as work:
        await conversations.lock(work.session, talk.user_id, talk.id)
        marking = asyncio.create_task(mark(database, talk, rows[0].id))
        await eventually(lambda: somebody_waits(database_url), what="the mark")
        work.session.add(late)
        await work.session.flush()
        await conversations.put_last(work.session, late)
    assert (await marking).unread_count == 1
    assert await unread(database, [*rows, late]) == [1]


async def test_a_message_that_comes_late_with_an_early_place_stays_unread(database: Database) -> None:
    talk, rows = await talk_with(database, 1, 5)
    await mark(database, talk)
    early = incoming(talk, 1)
    async with transactions(database)() as work:
        work.session.add(early)
        await work.session.flush()
        assert (await conversations.put_last(work.session, early)).unread_count == 1
    assert await unread(database, [*rows, early]) == [1]


async def test_many_marks_at_once_count_once(database: Database) -> None:
    talk, rows = await talk_with(database, 5, 1, 2, 3, 4, 5)
    marked = await asyncio.gather(*(mark(database, talk, row.id) for row in rows))
    assert min(each.unread_count for each in marked) == 0
    assert (await reading(database, lambda s: conversations.get(s, talk.user_id, talk.id))).unread_count == 0  # type: ignore[union-attr]
    assert len(await told(database, talk.user_id)) == max(each.version for each in marked) - 1


async def test_unknown_foreign_and_misplaced_ids_are_not_found(database: Database) -> None:
    talk, rows = await talk_with(database, 1, 1)
    other, others = await talk_with(database, 1, 1)
    same_owner = fan(talk.user_id)
    elsewhere = conversation(same_owner)
    misplaced = incoming(elsewhere, 1)
    await store(database, same_owner, elsewhere, misplaced)
    for owner, conversation_id, through, path in (
        (talk.user_id, new_id(), None, ("id",)),
        (talk.user_id, other.id, None, ("id",)),
        (talk.user_id, talk.id, new_id(), ("throughMessageId",)),
        (talk.user_id, talk.id, others[0].id, ("throughMessageId",)),
        (talk.user_id, talk.id, misplaced.id, ("throughMessageId",)),
    ):
        with pytest.raises(Rejected) as rejected:
            await mark_read(transactions(database), owner, conversation_id, through)
        [problem] = rejected.value.problems
        assert (problem.code, problem.path) == (Code.NOT_FOUND, path)
    assert await unread(database, rows) == [0]
    assert await told(database, talk.user_id) == []
