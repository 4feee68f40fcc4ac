"""The senders: each claims a message, delivers it, and claims the next; a watch rings when a lane becomes due."""

from __future__ import annotations

import asyncio

from db.engine import Database
from db.queries import lanes
from services.sending.claim import Claim, Claimer
from services.sending.deliver import Deliverer
from services.workers.supervise import Bell, wait_or_stop

LOOK_EVERY_SECONDS = 0.5
"""Another worker may have made a lane due: that is found within so long."""
SHORTEST_WAIT_SECONDS = 0.02


class Senders:
    def __init__(
        self, database: Database, claimer: Claimer, deliverer: Deliverer, bell: Bell, stopping: asyncio.Event
    ) -> None:
        self._database = database
        self._claimer = claimer
        self._deliverer = deliverer
        self._bell = bell
        self._stopping = stopping

    async def step(self) -> None:
        """Send one message, or wait until there may be one."""
        found = await self._claimer.next()
        if isinstance(found, Claim):
            await self._deliverer.deliver(found)
        elif not found:
            await self._bell.wait(LOOK_EVERY_SECONDS * 10)

    async def watch(self) -> None:
        """Ring when the next lane is due."""
        async with self._database.reads() as session:
            seconds = await lanes.seconds_until_next(session)
        if seconds is not None and seconds <= 0:
            self._bell.ring()
            await wait_or_stop(self._stopping, SHORTEST_WAIT_SECONDS)
            return
        wait = LOOK_EVERY_SECONDS if seconds is None else min(seconds, LOOK_EVERY_SECONDS)
        await wait_or_stop(self._stopping, max(wait, SHORTEST_WAIT_SECONDS))
