"""A message that was deleted at the platform is in no list, count or search any more."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from db.models import Conversation, Fan, LiveEvent, Message, MessageRemoval, Payment
from db.queries import conversation_lists, conversations, creator_accounts, message_pages
from db.queries.conversation_lists import Order, Selection
from db.queries.keyset import Window
from services.conversations.mark_read import mark_read
from services.search.words import searched
from tests.services.webhooks.desk import Desk, a_desk, moment, said, unlocked
from tests.stored import reading, transactions

RECEIVED, DELETED, UNLOCK = "messages.received", "messages.deleted", "messages.ppv.unlocked"


@pytest.fixture
async def desk(database: Any) -> Desk:
    return await a_desk(database)


async def talk(desk: Desk) -> tuple[Any, ...]:
    """Last message by the platform's id, its moment, the last incoming one's, whether she waits, and what is unread."""
    row = await desk.only(Conversation)
    names = {each.id: each.platform_message_id for each in await desk.rows(Message)}
    last = names.get(row.last_message_id)
    return last, row.last_message_at, row.last_incoming_at, row.awaiting_reply, row.unread_count


async def shown(desk: Desk) -> list[str]:
    """The conversation's messages as a client pages through them, and their number."""
    row = await desk.only(Conversation)
    pages = await reading(
        desk.database, lambda s: message_pages.pages_of_conversations(s, desk.owner, [row.id], Window(10))
    )
    counts = await reading(desk.database, lambda s: message_pages.counts_of_conversations(s, desk.owner, [row.id]))
    texts = [each.text for each in pages[row.id].rows]
    assert counts.get(row.id, 0) == len(texts)
    return texts


async def found(desk: Desk, words: str) -> int:
    selection = Selection(words=searched(desk.owner, words) or "")
    page = await reading(
        desk.database, lambda s: conversation_lists.read_list(s, desk.owner, selection, Order(), Window(10))
    )
    count = await reading(desk.database, lambda s: conversation_lists.count_list(s, desk.owner, selection))
    assert len(page.rows) == count
    return count


async def test_the_last_message_is_taken_out_and_the_one_before_is_the_last(desk: Desk) -> None:
    await desk.done(RECEIVED, said(1, "first", 1))
    await desk.done(RECEIVED, said(2, "second", 2))
    before = len(await desk.rows(LiveEvent))

    await desk.done(DELETED, {"id": 2})

    assert await talk(desk) == ("1", moment(1), moment(1), True, 1)
    assert await shown(desk) == ["first"]
    assert (await found(desk, "second"), await found(desk, "first")) == (0, 1)
    removed, updated = (await desk.rows(LiveEvent))[before:]
    [kept] = [row for row in await desk.rows(Message) if row.platform_message_id == "2"]
    assert (removed.kind, removed.message_id, removed.conversation_id) == (
        "message_removed", kept.id, kept.conversation_id,
    )  # fmt: skip
    assert updated.kind == "conversation_updated"
    assert (kept.text, kept.read) == ("second", True)


async def test_a_second_deletion_changes_nothing(desk: Desk) -> None:
    await desk.done(RECEIVED, said(1))
    await desk.done(DELETED, {"id": 1})
    before = (await desk.only(Message)).version, (await desk.only(Conversation)).version, await desk.events()

    await desk.done(DELETED, {"id": 1})
    await asyncio.gather(*(desk.take(DELETED, {"id": 1}) for _ in range(3)))

    after = (await desk.only(Message)).version, (await desk.only(Conversation)).version, await desk.events()
    assert after == before
    assert await desk.rows(MessageRemoval) == []


async def test_one_in_the_middle_and_one_that_was_read(desk: Desk) -> None:
    for number in (1, 2, 3):
        await desk.done(RECEIVED, said(number, f"{number}", number))
    one = next(row for row in await desk.rows(Message) if row.platform_message_id == "1")
    await mark_read(transactions(desk.database), desk.owner, one.conversation_id, one.id)

    await desk.done(DELETED, {"id": 2})
    assert await talk(desk) == ("3", moment(3), moment(3), True, 1)
    await desk.done(DELETED, {"id": 1})
    assert await talk(desk) == ("3", moment(3), moment(3), True, 1)
    await desk.done(DELETED, {"id": 3})
    assert await talk(desk) == (None, None, None, False, 0)
    assert await shown(desk) == []


async def test_a_conversation_without_a_message_is_in_no_list_and_counted_nowhere(desk: Desk) -> None:
    await desk.done(RECEIVED, said(1))
    await desk.done(DELETED, {"id": 1})

    assert await reading(desk.database, lambda s: conversations.count_unread(s, desk.owner)) == 0
    counts = await reading(
        desk.database, lambda s: creator_accounts.unread_conversations(s, desk.owner, [desk.account.id])
    )
    assert counts == {}
    assert await reading(desk.database, lambda s: conversation_lists.count_list(s, desk.owner, Selection())) == 0


async def test_marking_as_read_counts_no_removed_message(desk: Desk) -> None:
    await desk.done(RECEIVED, said(1, minutes=1))
    await desk.done(RECEIVED, said(2, minutes=2))
    await desk.done(DELETED, {"id": 2})
    one = next(row for row in await desk.rows(Message) if row.platform_message_id == "1")

    read = await mark_read(transactions(desk.database), desk.owner, one.conversation_id, one.id)

    assert read.unread_count == 0


async def test_a_deletion_that_comes_first_wins(desk: Desk) -> None:
    await desk.done(RECEIVED, said(1, "first", 1))
    await desk.done(DELETED, {"id": 2})
    assert len(await desk.rows(MessageRemoval)) == 1
    before = await desk.events()

    await desk.done(RECEIVED, said(2, "second", 2))

    assert await talk(desk) == ("1", moment(1), moment(1), True, 1)
    assert await shown(desk) == ["first"]
    assert await found(desk, "second") == 0
    # She was seen then all the same, as she would have been the other way round.
    assert (await desk.events())[len(before) :] == ["fan_updated"]
    assert (await desk.only(Fan)).last_seen_at == moment(2)
    await desk.done(RECEIVED, said(2, "second", 2))
    assert await shown(desk) == ["first"]


async def test_a_message_of_ours_that_was_deleted_leaves_its_payment(desk: Desk) -> None:
    robin = await desk.robin()
    await desk.done(RECEIVED, said(1, "first", 1))
    ours = await desk.sent("901", robin, minutes=2, price_cents=2500)
    await desk.done(UNLOCK, unlocked(5, 901))

    await desk.done(DELETED, {"id": 901})

    assert await talk(desk) == ("1", moment(1), moment(1), True, 1)
    payment = await desk.only(Payment)
    assert (payment.message_id, payment.amount_cents, (await desk.only(Fan)).value_cents) == (ours.id, 2500, 2500)


async def test_an_unlock_after_the_deletion_counts_and_shows_no_message(desk: Desk) -> None:
    await desk.sent("901", await desk.robin(), price_cents=2500)
    await desk.done(DELETED, {"id": 901})
    before = len(await desk.events())

    await desk.done(UNLOCK, unlocked(5, 901))

    assert (await desk.events())[before:] == ["fan_updated", "payment_received"]
    assert (await desk.only(Fan)).value_cents == 2500
    assert (await desk.only(Message)).purchased_at is not None


async def test_a_deletion_says_which_message_or_fails(desk: Desk) -> None:
    await desk.done(RECEIVED, said(1))
    for payload in ({}, {"id": None}, {"id": True}, {"id": [1]}):
        assert (await desk.take(DELETED, payload)).status == "failed"
    assert (await desk.only(Message)).removed_at is None


async def test_anothers_message_of_the_same_id_stays(desk: Desk) -> None:
    other = await a_desk(desk.database)
    for place in (desk, other):
        await place.done(RECEIVED, said(1))

    await desk.done(DELETED, {"id": 1})

    assert (await other.only(Message)).removed_at is None
    assert (await other.only(Conversation)).unread_count == 1
