"""A fan goes while she writes and is written to: whoever is first, nobody waits for ever and nothing is half done."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from sqlalchemy import select

from db.engine import Database
from db.models import Message
from db.queries import conversations, messages
from db.queries import fans as fans_of
from db.unit_of_work import Transactions
from services.conversations.incoming import take_in
from services.fans.fans import Fans
from services.fans.update import FanChanges
from services.live import events
from services.platforms.interface import InboundMessage
from services.problems import Rejected
from tests.services.fans.stored_talk import Talk, a_talk
from tests.stored import message, reading, store, transactions


def written(number: int) -> InboundMessage:
    return InboundMessage(
        platform_message_id=f"in {number}",
        platform_fan_id="77",
        handle="robin",
        name="Robin",
        avatar=None,
        text="Hello",
        price_cents=None,
        media=(),
        sent_at=datetime.now(UTC),
    )


async def take(change: Transactions, talk: Talk, number: int) -> None:
    async with change() as work:
        await take_in(work, talk.account, written(number))


async def finish_sending(change: Transactions, talk: Talk, row: Message) -> None:
    """In the order in which the worker does it: the message, then the conversation."""
    async with change() as work:
        moved = await messages.move(work.session, talk.owner, row.id, ("SENDING",), status="SENT")
        assert moved is not None
        work.emit(talk.owner, events.conversation_updated(await conversations.put_last(work.session, moved)))


async def add(change: Transactions, talk: Talk) -> None:
    """In the order in which a send does it: the conversation, then the new message."""
    async with change() as work:
        conversation = await conversations.lock(work.session, talk.owner, talk.conversation.id)
        assert conversation is not None
        work.session.add(message(conversation, status="SENT"))
        await work.session.flush()


async def test_nobody_waits_in_a_ring(database: Database) -> None:
    change = transactions(database)
    for erase in (False, True, False, True):
        talk = await a_talk(database)
        sending = [message(talk.conversation, status="SENDING") for _ in range(4)]
        await store(database, *sending)
        fans = Fans(change)
        leave = fans.erase if erase else fans.delete
        outcomes = await asyncio.gather(
            *(take(change, talk, number) for number in range(3)),
            *(finish_sending(change, talk, row) for row in sending),
            leave(talk.owner, talk.fan.id),
            *(add(change, talk) for _ in range(3)),
            fans.update(talk.owner, FanChanges(talk.fan.id, values={"notes": "x"})),
            return_exceptions=True,
        )
        # A change comes too late for a fan who is gone; a webhook that met the erasure is worked on again.
        odd = [each for each in outcomes if isinstance(each, BaseException)]
        assert [each for each in odd if not isinstance(each, Rejected | AssertionError)] == []
        assert await statuses(database, talk.owner, sending) == {"SENT"}
        if erase:
            tombstone = await reading(database, partial(fans_of.get, owner=talk.owner, fan_id=talk.fan.id))
            assert tombstone is not None
            assert (tombstone.name, tombstone.platform_fan_id, tombstone.notes) == ("Deleted fan", None, None)


async def statuses(database: Database, owner: UUID, rows: Sequence[Message]) -> set[str]:
    query = select(Message.status).where(Message.user_id == owner, Message.id.in_([row.id for row in rows]))
    return set(await reading(database, lambda session: session.scalars(query)))
