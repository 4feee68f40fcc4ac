"""Which unknown messages are looked for, and which messages could be a copy at the platform."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from db.engine import Database
from db.models import Attempt, CreatorAccount, Fan, Message, new_id
from db.queries import unknowns
from tests.stored import a_user, account, conversation, fan, message, reading, store, writing


def ago(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.now(UTC) - timedelta(seconds=seconds)


@dataclass(frozen=True)
class Chat:
    """One fan's conversation on one account."""

    database: Database
    account: CreatorAccount
    fan: Fan
    talk: Any

    async def message(self, **values: Any) -> Message:
        row = message(self.talk, **{"status": "UNKNOWN"} | values)
        await store(self.database, row)
        return row

    async def call(self, of: Message, dispatched: float | None = 30, **values: Any) -> Attempt:
        """An attempt whose outcome is unknown, that left so many seconds ago."""
        usual = {"number": 1, "state": "done", "outcome": "UNKNOWN", "platform": "SANDBOX", "worker": "w"}
        row = Attempt(
            user_id=of.user_id,
            id=new_id(),
            message_id=of.id,
            account_id=self.account.account_id,
            lease_until=ago(0),
            reserved_at=ago((dispatched or 0) + 1),
            dispatched_at=ago(dispatched),
            **usual | values,
        )
        await store(self.database, row)
        return row

    async def found(self, earliest: float = 600, latest: float = -60, **changed: Any) -> list[UUID]:
        given: dict[str, Any] = {"owner": self.account.user_id, "fan_id": self.fan.id} | changed
        now = datetime.now(UTC)
        moments = now - timedelta(seconds=earliest), now - timedelta(seconds=latest)

        async def find(session: Any) -> Any:
            return await unknowns.without_platform_id(
                session, given["owner"], "SANDBOX", self.account.account_id, given["fan_id"], *moments
            )

        return list(await reading(self.database, find))


@pytest.fixture
async def chat(database: Database) -> Chat:
    return await a_chat(database)


async def a_chat(database: Database, **values: Any) -> Chat:
    owner = await a_user(database)
    at = account(owner, f"acct-{owner}", **values)
    robin = fan(owner, at.id)
    talk = conversation(robin)
    await store(database, at, robin, talk)
    return Chat(database, at, robin, talk)


@pytest.mark.parametrize(
    ("values", "looked_for"),
    [
        ({"not_before": 1}, True),
        ({"not_before": 1, "repeat_until": 1}, True),
        ({"not_before": 1, "repeat_until": -60}, False),
        ({"not_before": -60}, False),
        ({"not_before": None}, False),
        ({"not_before": 1, "status": "QUEUED"}, False),
        ({"not_before": 1, "status": "SENT"}, False),
    ],
)
async def test_who_is_looked_for(chat: Chat, values: dict[str, Any], looked_for: bool) -> None:
    moments = {name: ago(value) if name != "status" else value for name, value in values.items()}
    row = await chat.message(**moments)

    found = await writing(chat.database, lambda session: unknowns.to_read_back(session, 10))

    assert [each.id for each in found] == ([row.id] if looked_for else [])


@pytest.mark.parametrize("status", ["DISCONNECTED", "DEGRADED", "SESSION_EXPIRED", "INVALID_CREDENTIALS"])
async def test_nobody_is_asked_for_an_account_that_is_stopped(database: Database, status: str) -> None:
    chat = await a_chat(database, status=status)
    await chat.message(not_before=ago(1))

    assert await writing(database, lambda session: unknowns.to_read_back(session, 10)) == []


async def test_the_longest_due_are_looked_for_first_and_by_one_alone(chat: Chat) -> None:
    late, later = await chat.message(not_before=ago(5)), await chat.message(not_before=ago(50))
    async with chat.database.writes() as first, chat.database.writes() as second:
        assert [row.id for row in await unknowns.to_read_back(first, 1)] == [later.id]
        assert [row.id for row in await unknowns.to_read_back(second, 10)] == [late.id]


@pytest.mark.parametrize(
    ("values", "could_be"),
    [
        ({}, True),
        ({"outcome": "SENT"}, True),
        ({"state": "dispatching", "outcome": None}, True),
        ({"outcome": "NOT_SENT"}, False),
        ({"outcome": "REFUSED"}, False),
        ({"state": "reserved", "outcome": None, "dispatched": None}, False),
        ({"dispatched": 590}, True),
        ({"dispatched": 610}, False),
        ({"account_id": "another"}, False),
    ],
)
async def test_which_calls_could_have_made_a_copy(chat: Chat, values: dict[str, Any], could_be: bool) -> None:
    row = await chat.message()
    account_id = values.pop("account_id", None)
    call = await chat.call(row, **values)
    if account_id is not None:
        await _change(chat, call, account_id=account_id)

    assert await chat.found() == ([row.id] if could_be else [])


@pytest.mark.parametrize("status", ["PENDING", "QUEUED", "SENDING", "UNKNOWN", "SENT", "FAILED", "CANCELLED"])
async def test_whatever_became_of_it_since(chat: Chat, status: str) -> None:
    row = await chat.message(status=status)
    await chat.call(row)

    assert await chat.found() == [row.id]


async def test_what_has_its_platform_id_is_known(chat: Chat) -> None:
    row = await chat.message(status="SENT", platform_message_id="p1")
    await chat.call(row)

    assert await chat.found() == []


async def test_only_this_fan_s_and_only_the_owner_s(chat: Chat) -> None:
    await chat.call(await chat.message())

    assert await chat.found(fan_id=new_id()) == []
    assert await chat.found(owner=await a_user(chat.database)) == []


async def test_the_calls_of_messages_are_locked_in_order(chat: Chat) -> None:
    row = await chat.message()
    second = await chat.call(row, 10, number=3)
    first = await chat.call(row, 20, number=1)
    await chat.call(row, 15, number=2, outcome="NOT_SENT")

    found = await writing(chat.database, lambda session: unknowns.lock_calls(session, chat.account.user_id, [row.id]))
    earliest = await reading(
        chat.database, lambda session: unknowns.first_call(session, chat.account.user_id, [row.id])
    )

    assert [each.id for each in found] == [first.id, second.id]
    assert earliest == first.dispatched_at


async def test_without_a_call_there_is_no_first(chat: Chat) -> None:
    row = await chat.message()

    assert await reading(chat.database, lambda s: unknowns.first_call(s, chat.account.user_id, [row.id])) is None


async def _change(chat: Chat, call: Attempt, **values: Any) -> None:
    async with chat.database.writes() as session, session.begin():
        query = select(Attempt).where(Attempt.user_id == call.user_id, Attempt.id == call.id)
        row = (await session.scalars(query)).one()
        for name, value in values.items():
            setattr(row, name, value)
