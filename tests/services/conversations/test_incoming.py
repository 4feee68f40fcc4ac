from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from db.engine import Database
from db.models import Conversation, CreatorAccount, Fan, LiveEvent, Message
from db.queries import conversations
from services.conversations.incoming import take_in
from services.platforms.interface import InboundMessage, Media
from tests.stored import LONG_AGO, a_user, account, fan, message, reading, store, transactions

HELLO = InboundMessage(
    platform_message_id="m1",
    platform_fan_id="77",
    handle="robin",
    name="Robin",
    avatar="https://e.com/robin.jpg",
    text="Hello",
    price_cents=None,
    media=(),
    sent_at=LONG_AGO,
)


def later(minutes: float, number: int = 2, **values: Any) -> InboundMessage:
    usual: dict[str, Any] = {"platform_message_id": f"m{number}", "text": f"{number}"}
    return replace(HELLO, **usual | {"sent_at": LONG_AGO + timedelta(minutes=minutes)} | values)


@dataclass(frozen=True)
class Mailbox:
    """One account, and what is stored for its owner."""

    database: Database
    account: CreatorAccount

    async def take(self, *incoming: InboundMessage) -> None:
        for each in incoming:
            async with transactions(self.database)() as work:
                await take_in(work, self.account, each)

    async def rows(self, model: type[Any]) -> Sequence[Any]:
        key = "sequence" if model is LiveEvent else "id"
        query = select(model).where(model.user_id == self.account.user_id).order_by(getattr(model, key))
        return await reading(self.database, lambda session: everything(session, query))

    async def fan(self) -> Fan:
        (found,) = await self.rows(Fan)
        assert isinstance(found, Fan)
        return found

    async def conversation(self) -> Conversation:
        (found,) = await self.rows(Conversation)
        assert isinstance(found, Conversation)
        return found

    async def texts(self) -> list[str]:
        return [each.text for each in sorted(await self.rows(Message), key=lambda row: row.placed_at)]

    async def events(self) -> list[str]:
        return [each.kind for each in await self.rows(LiveEvent)]


async def everything(session: Any, query: Any) -> Sequence[Any]:
    found: Sequence[Any] = (await session.scalars(query)).all()
    return found


@pytest.fixture
async def mailbox(database: Database) -> Mailbox:
    row = account(await a_user(database))
    await store(database, row)
    return Mailbox(database, row)


async def test_a_first_message_makes_fan_and_conversation(mailbox: Mailbox) -> None:
    media = (Media("IMAGE", "https://e.com/a.jpg", None), Media("VIDEO", None, "v1", preview=True))
    await mailbox.take(replace(HELLO, price_cents=500, media=media))

    robin, talk, (written,) = await mailbox.fan(), await mailbox.conversation(), await mailbox.rows(Message)
    assert (robin.platform_fan_id, robin.handle, robin.handle_key, robin.name, robin.avatar, robin.last_seen_at) == (
        "77", "@robin", "robin", "Robin", "https://e.com/robin.jpg", LONG_AGO,
    )  # fmt: skip
    assert (talk.fan_id, talk.unread_count, talk.awaiting_reply, talk.last_message_id, talk.last_incoming_at) == (
        robin.id, 1, True, written.id, LONG_AGO,
    )  # fmt: skip
    assert (written.direction, written.origin, written.status, written.read, written.price_cents) == (
        "IN", "FAN", "RECEIVED", False, 500,
    )  # fmt: skip
    assert [(each["type"], each["url"], each["platformMediaId"], each["preview"]) for each in written.attachments] == [
        ("IMAGE", "https://e.com/a.jpg", None, False),
        ("VIDEO", None, "v1", True),
    ]
    assert await mailbox.events() == ["fan_updated", "message_added", "conversation_updated"]


async def test_the_same_message_again_changes_nothing(mailbox: Mailbox) -> None:
    await mailbox.take(HELLO)
    before = (await mailbox.fan()).version, (await mailbox.conversation()).version, await mailbox.events()

    await mailbox.take(HELLO, replace(HELLO, text="Hello?", sent_at=LONG_AGO + timedelta(hours=1)))

    assert await mailbox.texts() == ["Hello"]
    assert ((await mailbox.fan()).version, (await mailbox.conversation()).version, await mailbox.events()) == before


async def test_one_message_told_several_times_at_once_is_stored_once(mailbox: Mailbox) -> None:
    await asyncio.gather(*(mailbox.take(HELLO) for _ in range(5)))

    assert await mailbox.texts() == ["Hello"]
    assert (await mailbox.conversation()).unread_count == 1
    assert await mailbox.events() == ["fan_updated", "message_added", "conversation_updated"]


async def test_several_first_messages_at_once_make_one_fan(mailbox: Mailbox) -> None:
    await asyncio.gather(*(mailbox.take(later(number, number)) for number in range(1, 6)))

    assert (await mailbox.fan()).last_seen_at == LONG_AGO + timedelta(minutes=5)
    assert await mailbox.texts() == ["1", "2", "3", "4", "5"]
    assert (await mailbox.conversation()).unread_count == 5


async def test_an_older_message_that_comes_late_takes_its_place(mailbox: Mailbox) -> None:
    await mailbox.take(later(5), HELLO)

    talk, newest = await mailbox.conversation(), LONG_AGO + timedelta(minutes=5)
    (last,) = [each for each in await mailbox.rows(Message) if each.text == "2"]
    assert await mailbox.texts() == ["Hello", "2"]
    assert (talk.last_message_id, talk.last_message_at, talk.last_incoming_at) == (last.id, newest, newest)
    assert talk.unread_count == 2
    assert (await mailbox.fan()).last_seen_at == newest


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
async def test_two_of_one_second_stand_in_the_platforms_order(mailbox: Mailbox, order: tuple[int, int]) -> None:
    await mailbox.take(*(later(0, number, platform_message_id=f"10{number}") for number in order))

    first, second = sorted(await mailbox.rows(Message), key=lambda row: (row.placed_at, row.id))
    assert (first.text, second.text) == ("1", "2")
    assert (await mailbox.conversation()).last_message_id == second.id


@pytest.mark.parametrize(("minutes", "awaiting"), [(-1, False), (1, True)])
async def test_an_answer_is_awaited_only_by_what_came_after_the_last(
    mailbox: Mailbox, minutes: float, awaiting: bool
) -> None:
    await mailbox.take(later(-10, 1))
    answered = await answer(mailbox, LONG_AGO)

    await mailbox.take(later(minutes))

    talk = await mailbox.conversation()
    assert talk.awaiting_reply is awaiting
    assert (talk.last_message_id == answered) is not awaiting


async def answer(mailbox: Mailbox, placed_at: datetime) -> UUID:
    written = message(await mailbox.conversation(), placed_at=placed_at, status="SENT")
    async with transactions(mailbox.database)() as work:
        work.session.add(written)
        await work.session.flush()
        await conversations.put_last(work.session, written)
    return written.id


async def test_a_fan_is_known_by_her_id_whatever_she_calls_herself(mailbox: Mailbox) -> None:
    await mailbox.take(HELLO, later(1, handle="renamed", name="Somebody"))

    robin = await mailbox.fan()
    assert (robin.name, robin.handle) == ("Robin", "@robin")
    assert await mailbox.texts() == ["Hello", "2"]


@pytest.mark.parametrize("handle", ["robin", "@robin", " ROBIN ", "@Robin"])
async def test_a_fan_without_an_id_is_known_by_her_handle_and_gets_the_id(mailbox: Mailbox, handle: str) -> None:
    known = fan(mailbox.account.user_id, mailbox.account.id, name="From a CSV", handle="@robin", handle_key="robin")
    await store(mailbox.database, known)

    await mailbox.take(replace(HELLO, handle=handle))

    robin = await mailbox.fan()
    assert (robin.id, robin.name, robin.platform_fan_id, robin.last_seen_at) == (known.id, "From a CSV", "77", LONG_AGO)
    assert (await mailbox.conversation()).fan_id == known.id


async def test_the_id_goes_before_the_handle(mailbox: Mailbox) -> None:
    owner, at = mailbox.account.user_id, mailbox.account.id
    by_id = fan(owner, at, platform_fan_id="77", handle="@old", handle_key="old")
    by_handle = fan(owner, at, handle="@robin", handle_key="robin")
    await store(mailbox.database, by_id, by_handle)

    await mailbox.take(HELLO)

    assert (await mailbox.conversation()).fan_id == by_id.id
    assert [row.platform_fan_id for row in await mailbox.rows(Fan)] == ["77", None]


async def test_a_handle_that_changed_hands_makes_a_new_fan_without_it(mailbox: Mailbox) -> None:
    former = fan(mailbox.account.user_id, mailbox.account.id, platform_fan_id="12", handle="@robin", handle_key="robin")
    await store(mailbox.database, former)

    await mailbox.take(HELLO)

    assert [(row.platform_fan_id, row.handle) for row in await mailbox.rows(Fan)] == [("12", "@robin"), ("77", None)]


async def test_the_same_id_on_another_account_is_another_fan(mailbox: Mailbox) -> None:
    other = account(mailbox.account.user_id, "other")
    await store(mailbox.database, other)

    await mailbox.take(HELLO)
    await Mailbox(mailbox.database, other).take(HELLO)

    assert {row.creator_account_id for row in await mailbox.rows(Fan)} == {mailbox.account.id, other.id}
    assert await mailbox.texts() == ["Hello", "Hello"]


@pytest.mark.parametrize("platform_fan_id", ["77", None])
async def test_a_deleted_fan_who_writes_is_back(mailbox: Mailbox, platform_fan_id: str | None) -> None:
    deleted = fan(
        mailbox.account.user_id,
        mailbox.account.id,
        platform_fan_id=platform_fan_id,
        handle="@robin",
        handle_key="robin",
        last_seen_at=LONG_AGO + timedelta(days=1),
        deleted_at=LONG_AGO,
        notes="kept",
    )
    await store(mailbox.database, deleted)

    await mailbox.take(HELLO)

    robin = await mailbox.fan()
    assert (robin.id, robin.deleted_at, robin.notes, robin.platform_fan_id) == (deleted.id, None, "kept", "77")
    assert robin.last_seen_at == LONG_AGO + timedelta(days=1)


@pytest.mark.parametrize(
    ("values", "name", "handle"),
    [
        ({"name": None}, "robin", "@robin"),
        ({"name": None, "handle": None}, "Fan", None),
        ({"name": "N" * 300, "handle": "h" * 300}, "N" * 200, "@" + "h" * 100),
        ({"name": "a\x00b", "handle": "r\x00obin", "text": "x\x00y\ud800", "avatar": "\x00"}, "ab", "@robin"),
        ({"name": "\x00", "handle": "@"}, "Fan", None),
        ({"name": " ", "handle": " @ "}, "Fan", None),
    ],
)  # fmt: skip
async def test_names_are_taken_as_they_can_be_stored(
    mailbox: Mailbox, values: dict[str, Any], name: str, handle: str | None
) -> None:
    await mailbox.take(replace(HELLO, **values))

    robin = await mailbox.fan()
    assert (robin.name, robin.handle) == (name, handle)
    assert await mailbox.texts() == ["xy" if "text" in values else "Hello"]
