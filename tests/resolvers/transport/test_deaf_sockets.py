"""Sockets that never read hold a place in the log: what the server keeps does not grow with what they are not told."""

from __future__ import annotations

import asyncio
import gc
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest

from db.models import LiveEvent
from resolvers.transport.bounds import Bounds
from resolvers.transport.connection import Connection
from services.runtime.settings import Settings
from tests.resolvers.transport.api import running_api
from tests.resolvers.transport.raw import raw_peer, small_buffers
from tests.resolvers.transport.test_live_sharing import LONG, WATCH, inbox_of, texts, watching
from tests.waiting import eventually

DEAF, ROUND = 12, 60
A_FRAME = len(LONG) + 500


@dataclass(frozen=True)
class Held:
    """All of the process: the client's own tasks and those of the stores are the same before and after."""

    unsent_bytes: int
    tasks: int
    events: int


def held(connections: list[Connection]) -> Held:
    gc.collect()
    return Held(
        sum(each.transport.get_write_buffer_size() for each in connections if not each.disconnected),
        len(asyncio.all_tasks()),
        sum(isinstance(each, LiveEvent) for each in gc.get_objects()),
    )


async def test_what_is_held_does_not_grow_with_sockets_that_never_read(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each event is held once for all at most, the frames that wait for a socket are never more than a few."""
    small_buffers(monkeypatch)
    connections: list[Connection] = []
    made = Connection.connection_made

    def note(self: Connection, transport: asyncio.Transport) -> None:
        connections.append(self)
        made(self, transport)

    monkeypatch.setattr(Connection, "connection_made", note)
    async with (
        running_api(settings, Bounds(send_seconds=300, ping_seconds=300, silence_seconds=600)) as api,
        inbox_of(api, settings) as inbox,
        watching(api, 1) as [quick],
        AsyncExitStack() as stack,
    ):
        for _ in range(DEAF):
            deaf = await stack.enter_async_context(raw_peer(api))
            await deaf.say({"type": "subscribe", "id": "1", "payload": {"query": WATCH}})
            await deaf.until(b"InboxReady")

        async def tell() -> Held:
            for number in range(ROUND):
                await inbox.say(f"{number} {LONG}")
                assert (await texts(quick, 1))[0].startswith(f"{number} ")
            return held(connections)

        before = await tell()
        await eventually(lambda: held(connections).tasks <= before.tasks, what="rest")
        after = [await tell() for _ in range(3)][-1]

    assert before.unsent_bytes > 0, "nobody was deaf"
    assert after.unsent_bytes <= before.unsent_bytes + DEAF * A_FRAME
    assert after.tasks <= before.tasks
    assert after.events <= 4 * ROUND + 10
