"""A client of npm graphql-ws that was too slow is closed with 1013, comes back, and has missed nothing."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from resolvers.transport.bounds import Bounds
from services.live.cursor import Cursor
from services.runtime.settings import Settings
from tests.conformance.cuts import Line
from tests.conformance.guide import watch_inbox
from tests.conformance.node import Script, script
from tests.resolvers.transport.api import running_api
from tests.resolvers.transport.journal import calm
from tests.resolvers.transport.raw import small_buffers
from tests.resolvers.transport.test_live_sharing import LONG, inbox_of
from tests.waiting import eventually

QUERY = """subscription Inbox($after: String) { inboxEvents(after: $after) { __typename cursor
  ... on MessageAdded { message { id version text } } } }"""
EVENTS = 80


async def told(client: Script) -> list[int]:
    """The numbers of all events it has had, as they came."""
    await client.ask("report")
    [state] = (await client.until("report", 30))["clients"]
    assert (state["ended"], state["refetched"]) == (None, 0)
    return [Cursor.parse(cursor).sequence for cursor in state["cursors"]]


async def test_it_comes_back_after_1013_and_misses_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    small_buffers(monkeypatch)
    async with (
        running_api(settings, Bounds(events_behind=20, send_seconds=60)) as api,
        inbox_of(api, settings) as inbox,
        Line(Random(1), [api.settings.port]).open() as line,
    ):
        given = {
            "GUIDE": str(watch_inbox(tmp_path, QUERY)),
            "URLS": json.dumps([f"ws://127.0.0.1:{line.port}/graphql"]),
            "TOKEN": api.token(),
            "TELL": "yes",
        }
        async with script("inbox_state.mjs", given) as client:
            await client.until("InboxReady", 30)
            with calm() as entries:
                line.flows.clear()
                for number in range(EVENTS):
                    await inbox.say(f"{number} {LONG}")
                line.flows.set()

                async def has_all() -> bool:
                    return EVENTS in await told(client)

                await eventually(has_all, 60, "the last event")
            assert await told(client) == list(range(1, EVENTS + 1))
    assert [entry["code"] for entry in entries if entry["event"] == "socket_closed"] == [1013]
