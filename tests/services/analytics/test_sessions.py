"""However much is asked of analytics, connections are left for others."""

from __future__ import annotations

import asyncio

from db import engine
from services.analytics.sessions import AT_ONCE, Sessions
from tests.waiting import eventually


async def test_so_many_at_a_time_and_the_others_in_turn() -> None:
    database = engine.connect("postgresql://nobody")  # no session of it is used
    sessions, gate, inside, most = Sessions(database), asyncio.Event(), 0, 0

    async def read() -> None:
        nonlocal inside, most
        async with sessions():
            inside += 1
            most = max(most, inside)
            await gate.wait()
            inside -= 1

    reads = [asyncio.create_task(read()) for _ in range(3 * AT_ONCE)]
    await eventually(lambda: inside == AT_ONCE, 10, "the first")
    gate.set()
    await asyncio.gather(*reads)
    assert most == AT_ONCE
