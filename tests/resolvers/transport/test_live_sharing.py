"""Many sockets on one inbox: read and executed once, told to each, and nobody hears of another's."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine, event

from db.engine import Database
from db.models import Base, Conversation, Message
from db.queries import fans, users
from db.unit_of_work import Transactions
from resolvers.transport.bounds import Bounds
from schema import ids
from services.live import events
from services.live.channel import Announcer
from services.runtime.settings import Settings
from tests.resolvers.transport.api import Api, Frames, running_api
from tests.resolvers.transport.journal import calm
from tests.resolvers.transport.raw import raw_peer, small_buffers
from tests.stored import conversation, fan, message, opened, reading, store
from tests.waiting import eventually

WATCH = """subscription ($after: String, $talk: ID) { inboxEvents(after: $after, conversationId: $talk) {
  __typename cursor ... on MessageAdded { message { text conversation { id fan { name } } } } } }"""


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a second is soon over."""
    monkeypatch.setattr("resolvers.transport.freshness.FRESH_SECONDS", 60)


@dataclass
class Inbox:
    """Mia's, and what happens in it."""

    database: Database
    redis: Redis
    owner: UUID
    talks: list[Conversation]

    async def say(self, *texts: str, talk: int = 0) -> None:
        """Messages come in, in one transaction."""
        async with Transactions(self.database, Announcer(self.redis))() as work:
            for text in texts:
                said: Message = message(self.talks[talk], text=text, direction="IN", origin="FAN", status="RECEIVED")
                work.session.add(said)
                await work.session.flush()
                work.emit(self.owner, events.message_added(said))


@asynccontextmanager
async def inbox_of(api: Api, settings: Settings) -> AsyncIterator[Inbox]:
    async with api.signed_in():
        pass
    url = settings.database_url.get_secret_value()
    async with opened(url) as database, Redis.from_url(f"redis://{settings.redis_endpoint}") as redis:
        owner = await reading(database, lambda session: users.find(session, "", "mia"))
        assert owner is not None
        both = [fan(owner), fan(owner, name="Kim")]
        talks = [conversation(each) for each in both]
        await store(database, *both, *talks)
        inbox = Inbox(database, redis, owner, talks)
        yield inbox


@contextmanager
def statements() -> Iterator[list[str]]:
    """The tables any engine of this process reads. Where logs stand and what is due is looked at now and then."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        table = statement.split("FROM ")[1].split(maxsplit=1)[0] if statement.startswith("SELECT") else None
        if table in Base.metadata.tables and table not in ("live_sequences", "lanes"):
            found.append(str(table))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@asynccontextmanager
async def watching(api: Api, count: int, query: str = WATCH, **claims: Any) -> AsyncIterator[list[Frames]]:
    """Sockets that have had their InboxReady."""
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(api.signed_in(api.token(**claims))) for _ in range(count)]
        for number, socket in enumerate(sockets):
            await socket.subscribe(f"id-{number}", query)
            assert (await socket.next())["payload"]["data"]["inboxEvents"]["__typename"] == "InboxReady"
        yield sockets


async def texts(socket: Frames, count: int) -> list[str]:
    found = [(await socket.next())["payload"]["data"]["inboxEvents"] for _ in range(count)]
    return [each["message"]["text"] for each in found]


async def test_an_event_is_read_and_executed_once_for_all(api: Api, settings: Settings) -> None:
    async with inbox_of(api, settings) as inbox, watching(api, 1) as [alone]:
        await inbox.say("the first")
        assert await texts(alone, 1) == ["the first"]
        with statements() as for_one:
            await inbox.say("to one")
            assert await texts(alone, 1) == ["to one"]
        async with watching(api, 20) as others:
            with statements() as for_many:
                await inbox.say("to many")
                frames = [await socket.next() for socket in (alone, *others)]

    assert for_many == for_one == ["live_events"]
    assert [each["id"] for each in frames] == ["id-0", *(f"id-{number}" for number in range(20))]
    assert len({json.dumps(each["payload"]) for each in frames}) == 1


async def test_who_asks_differently_or_acts_for_her_shares_what_is_read(api: Api, settings: Settings) -> None:
    async with (
        inbox_of(api, settings) as inbox,
        watching(api, 2) as mias,
        watching(api, 2, act="assistant") as assistants,
        watching(api, 2, WATCH.replace("fan { name }", "fan { name handle }")) as curious,
    ):
        sockets = [*mias, *assistants, *curious]
        await inbox.say("the first")
        assert [await texts(socket, 1) for socket in sockets] == [["the first"]] * 6
        with statements() as found:
            await inbox.say("hello")
            frames = [await socket.next() for socket in sockets]

    assert found == ["live_events"]
    assert len({json.dumps(each["payload"]) for each in frames}) == 2


async def test_a_batch_of_events_is_read_together(api: Api, settings: Settings) -> None:
    async with inbox_of(api, settings) as inbox, watching(api, 3) as sockets:
        await inbox.say("the first")
        assert [await texts(socket, 1) for socket in sockets] == [["the first"]] * 3
        said = [str(number) for number in range(20)]
        with statements() as found:
            await inbox.say(*said)
            for socket in sockets:
                assert await texts(socket, 20) == said

    assert found == ["live_events"]


async def test_a_filter_narrows_for_its_socket_alone(api: Api, settings: Settings) -> None:
    async with inbox_of(api, settings) as inbox, watching(api, 1) as [everything], api.signed_in() as narrow:
        talk = ids.encode("Conversation", inbox.talks[1].id)
        await narrow.subscribe("1", WATCH, variables={"talk": talk})
        assert (await narrow.next())["payload"]["data"]["inboxEvents"]["__typename"] == "InboxReady"
        await inbox.say("to Robin")
        await inbox.say("to Kim", talk=1)
        assert await texts(narrow, 1) == ["to Kim"]
        assert await texts(everything, 2) == ["to Robin", "to Kim"]


async def test_nothing_is_told_of_the_conversation_of_a_deleted_fan(api: Api, settings: Settings) -> None:
    query = """subscription { inboxEvents { __typename
      ... on ConversationUpdated { conversation { fan { name } } } } }"""
    async with inbox_of(api, settings) as inbox, watching(api, 1, query) as [socket]:
        robin, kim = inbox.talks
        async with Transactions(inbox.database, Announcer(inbox.redis))() as work:
            await fans.change(work.session, inbox.owner, robin.fan_id, deleted_at=fans.NOW)
            work.emit(inbox.owner, events.conversation_updated(robin))
            work.emit(inbox.owner, events.conversation_updated(kim))
        told = (await socket.next())["payload"]["data"]["inboxEvents"]

    assert told["conversation"]["fan"]["name"] == "Kim"


async def test_a_stranger_hears_nothing(api: Api, settings: Settings) -> None:
    async with (
        inbox_of(api, settings) as inbox,
        watching(api, 1, subject="eve") as [eve],
        watching(api, 1) as [mia],
    ):
        await inbox.say("secret")
        assert await texts(mia, 1) == ["secret"]
        await eve.subscribe("2", "{ __typename }")
        assert (await eve.next())["id"] == "2"


async def test_who_comes_back_gets_what_she_missed_and_then_hears_with_the_others(api: Api, settings: Settings) -> None:
    async with inbox_of(api, settings) as inbox, watching(api, 1) as [staying]:
        await inbox.say("a")
        cursor = (await staying.next())["payload"]["data"]["inboxEvents"]["cursor"]
        await inbox.say("b", "c")
        assert await texts(staying, 2) == ["b", "c"]
        async with api.signed_in() as back:
            await back.subscribe("1", WATCH, variables={"after": cursor})
            assert await texts(back, 2) == ["b", "c"]
            assert (await back.next())["payload"]["data"]["inboxEvents"]["__typename"] == "InboxReady"
            with statements() as found:
                await inbox.say("d")
                assert await texts(back, 1) == await texts(staying, 1) == ["d"]

    assert found == ["live_events"]


async def test_the_first_that_came_may_leave(api: Api, settings: Settings) -> None:
    """Her context was not the only one there was."""
    async with inbox_of(api, settings) as inbox, AsyncExitStack() as first_stack, watching(api, 0):
        [first] = await first_stack.enter_async_context(watching(api, 1))
        async with watching(api, 1) as [second]:
            await inbox.say("a")
            assert await texts(first, 1) == await texts(second, 1) == ["a"]
            await first_stack.aclose()
            await inbox.say("b")
            assert await texts(second, 1) == ["b"]


LONG = "x" * 5000


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    return small_buffers(monkeypatch)


async def test_a_slow_socket_is_closed_alone_and_comes_back(settings: Settings, held: Callable[[], int]) -> None:
    """Held up in the middle of a frame while the log goes on, it ends as soon as it takes something again."""
    async with (
        running_api(settings, Bounds(events_behind=20, send_seconds=30)) as api,
        inbox_of(api, settings) as inbox,
        watching(api, 2) as quick,
        raw_peer(api) as slow,
    ):
        await slow.say({"type": "subscribe", "id": "1", "payload": {"query": WATCH}})
        await slow.until(b"InboxReady")
        with calm() as entries:
            for number in range(60):
                await inbox.say(f"{number} {LONG}")
                for socket in quick:
                    assert (await texts(socket, 1))[0].startswith(f"{number} ")
            assert await slow.close_code() == 1013
        assert [entry["code"] for entry in entries if entry["event"] == "socket_closed"] == [1013]
        for socket in quick:
            await socket.subscribe("well", "{ __typename }")
            assert (await socket.next())["id"] == "well"


async def test_a_socket_that_reads_nothing_is_dropped_alone(settings: Settings, held: Callable[[], int]) -> None:
    async with (
        running_api(settings, Bounds(send_seconds=0.3)) as api,
        inbox_of(api, settings) as inbox,
        watching(api, 2) as quick,
        raw_peer(api) as deaf,
    ):
        await deaf.say({"type": "subscribe", "id": "1", "payload": {"query": WATCH}})
        await deaf.until(b"InboxReady")
        before = held()
        with calm():
            number = 0
            while held() == before:
                number += 1
                await inbox.say(f"{number} {LONG}")
                for socket in quick:
                    assert (await texts(socket, 1))[0].startswith(f"{number} ")
        await inbox.say("afterwards")
        for socket in quick:
            assert await texts(socket, 1) == ["afterwards"]


async def test_a_server_without_the_quick_way_tells_everything_too(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with a plain `uvicorn server:app`."""
    monkeypatch.setattr("resolvers.transport.frames.Frames.offer", lambda *_: False)
    async with running_api(settings) as api, inbox_of(api, settings) as inbox, watching(api, 3) as sockets:
        said = [str(number) for number in range(30)]
        for text in said:
            await inbox.say(text)
        for socket in sockets:
            told: list[str] = []
            while len(told) < len(said):
                found = (await socket.next())["payload"]["data"]["inboxEvents"]
                told += [found["message"]["text"]] if "message" in found else []
            assert told == said


async def test_nothing_is_left_when_all_have_gone(api: Api, settings: Settings) -> None:
    async with inbox_of(api, settings) as inbox:
        async with watching(api, 3) as sockets:
            await inbox.say("a")
            for socket in sockets:
                assert await texts(socket, 1) == ["a"]
        await eventually(lambda: not left(), what="the end of all tasks")


def left() -> list[str]:
    ours = ("Broadcast", "Subscriber", "Feed", "Reading")
    return [repr(task) for task in asyncio.all_tasks() if any(name in repr(task) for name in ours)]
