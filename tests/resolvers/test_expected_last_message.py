"""`expectedLastMessageId`: nobody answers over a message that the writer has not seen."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select

from db.models import Conversation, Message
from schema import ids
from services.runtime.settings import Settings
from services.sending.cancel import cancel
from tests.flows.faults import NOBODY
from tests.resolvers.in_process import Execute
from tests.resolvers.inbox import known
from tests.stored import account, conversation, reading, store

SEND = """mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
  message { id } errors { code path } } }"""
CONFLICT = [{"code": "CONFLICT", "path": ["input", "expectedLastMessageId"]}]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The sandbox is a platform that messages can be sent to; nobody asks it here."""
    return settings.model_copy(update={"sandbox_api_base_url": NOBODY})


@pytest.fixture
async def talk(execute: Execute) -> Conversation:
    home = account(execute.owner)
    of = known(execute.owner, "Ana", creator_account_id=home.id, platform_fan_id="7")
    found = conversation(of)
    await store(execute.database, home, of, found)
    return found


async def send(execute: Execute, talk: Conversation, **fields: Any) -> dict[str, Any]:
    given = {"text": "hello", "conversationId": ids.encode("Conversation", talk.id)} | fields
    answer: dict[str, Any] = (await execute(SEND, input=given))["sendMessage"]
    return answer


async def stored(execute: Execute, talk: Conversation) -> int:
    query = select(func.count()).where(Message.user_id == talk.user_id, Message.conversation_id == talk.id)
    return await reading(execute.database, lambda session: session.scalar(query)) or 0


async def test_of_several_writers_one_wins(execute: Execute, talk: Conversation) -> None:
    seen = (await send(execute, talk))["message"]["id"]
    for turn in range(1, 6):
        writers = await asyncio.gather(
            *(send(execute, talk, expectedLastMessageId=seen, idempotencyKey=f"{turn}.{n}") for n in range(4))
        )
        won = [answer for answer in writers if answer["message"]]
        assert [answer["errors"] for answer in won] == [[]]
        assert [answer["errors"] for answer in writers if not answer["message"]] == [CONFLICT] * 3
        assert await stored(execute, talk) == 1 + turn
        seen = won[0]["message"]["id"]


async def test_one_that_was_refused_may_try_again_with_its_key(execute: Execute, talk: Conversation) -> None:
    old = (await send(execute, talk))["message"]["id"]
    new = (await send(execute, talk))["message"]["id"]
    assert (await send(execute, talk, expectedLastMessageId=old, idempotencyKey="k"))["errors"] == CONFLICT
    assert (await send(execute, talk, expectedLastMessageId=new, idempotencyKey="k"))["errors"] == []


async def test_a_message_that_went_is_noticed_too(execute: Execute, talk: Conversation) -> None:
    await send(execute, talk)
    last = (await send(execute, talk))["message"]["id"]
    await cancel(execute.resources.transactions, execute.owner, ids.decode("Message", last))
    assert (await send(execute, talk, expectedLastMessageId=last))["errors"] == CONFLICT
    assert (await send(execute, talk, expectedLastMessageId="no id"))["errors"] == CONFLICT
    assert await stored(execute, talk) == 2
