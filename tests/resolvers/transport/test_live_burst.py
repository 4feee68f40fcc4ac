"""A campaign in flight is five hundred events at once; whoever watches another inbox is served in between."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from uuid import UUID

import pytest
from redis.asyncio import Redis

from db.engine import Database
from db.models import Message
from db.queries import users
from db.unit_of_work import Transactions
from resolvers.transport.frames import Frames as ServerFrames
from services.live import events
from services.live.channel import Announcer
from services.runtime.settings import Settings
from tests.resolvers.transport.api import Api, Frames, running_api
from tests.resolvers.transport.test_live_sharing import watching
from tests.stored import conversation, fan, message, opened, reading, store

WATCH = """subscription { inboxEvents { __typename ... on MessageUpdated { status message { text } }
  ... on MessageAdded { message { text } } ... on ConversationUpdated { conversation { id fan { name } } } } }"""
MESSAGES, STEPS, SOCKETS = 100, ("PENDING", "QUEUED", "SENDING", "SENT"), 30
EVENTS = MESSAGES * (len(STEPS) + 1)
BEGIN = 1000
"""Frames of the burst that are written before something happens in the other inbox."""
BOUND = 100 * SOCKETS
"""Frames that may be written until it is told there: 25 events are told together, and this is four times as many."""


async def nobody(_owner: UUID, _sequence: int) -> None: ...


async def owner_of(api: Api, database: Database, subject: str) -> UUID:
    async with api.signed_in(api.token(subject)):
        pass
    owner = await reading(database, lambda session: users.find(session, "", subject))
    assert owner is not None
    return owner


async def write(database: Database, owner: UUID, texts: list[str], steps: tuple[str, ...]) -> int:
    """Messages with all of their steps, told to nobody yet. Gives the last event's number."""
    somebody = fan(owner)
    talk = conversation(somebody)
    await store(database, somebody, talk)
    async with Transactions(database, nobody)() as work:
        for text in texts:
            said: Message = message(talk, text=text)
            work.session.add(said)
            await work.session.flush()
            work.emit(owner, events.message_added(said))
            for step in steps:
                said.status = step
                work.emit(owner, events.message_updated(said))
    return len(texts) * (len(steps) + 1)


async def read_on(socket: Frames, count: int) -> None:
    for _ in range(count):
        await socket.next(60)


async def test_a_burst_of_one_leaves_the_others_served(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[bool] = []
    announcing: list[asyncio.Task[None]] = []
    offer = ServerFrames.offer

    url = settings.database_url.get_secret_value()
    async with (
        running_api(settings) as api,
        opened(url) as database,
        Redis.from_url(f"redis://{settings.redis_endpoint}") as redis,
        AsyncExitStack() as stack,
    ):
        mia, eve = [await owner_of(api, database, subject) for subject in ("mia", "eve")]
        mias = await stack.enter_async_context(watching(api, SOCKETS, WATCH))
        [eves] = await stack.enter_async_context(watching(api, 1, WATCH, subject="eve"))
        burst = await write(database, mia, [f"{number} for mia" for number in range(MESSAGES)], STEPS)
        one = await write(database, eve, ["for eve"], ())
        announce = Announcer(redis)

        def note(self: ServerFrames, *texts: bytes) -> bool:
            for text in texts:
                if b'"next"' in text:
                    written.append(b"for eve" in text)
                    if len(written) == BEGIN:
                        announcing.append(asyncio.create_task(announce(eve, one)))
            return offer(self, *texts)

        monkeypatch.setattr(ServerFrames, "offer", note)
        await announce(mia, burst)
        await asyncio.gather(read_on(eves, 1), *(read_on(socket, EVENTS) for socket in mias))

    assert len(written) >= EVENTS * SOCKETS + 1
    assert BEGIN < written.index(True) < BEGIN + BOUND
