"""The inboxes of `bench.live`, and what is said in them."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from uuid import UUID

from redis.asyncio import Redis

from db.engine import Database, WriteSession
from db.models import Conversation, Fan, Message
from db.queries import live_events, users
from db.unit_of_work import Transactions
from services.live import events
from services.live.channel import Announcer
from services.runtime.settings import Settings
from tests.stored import conversation, fan, message, store, writing


@dataclass(frozen=True, slots=True)
class Case:
    """`sockets` on `creators` inboxes, `rate` events a second in all; `deaf` of the sockets never read."""

    sockets: int
    creators: int
    rate: float
    seconds: float
    deaf: int = 0

    @property
    def listeners(self) -> int:
        """Of each event."""
        return (self.sockets - self.deaf) // self.creators


@dataclass(slots=True)
class Creator:
    owner: UUID
    subject: str
    talk: Conversation
    sequence: int = 0


class Stage:
    """Stores that outlive the servers, and creators to write events for."""

    def __init__(self, database: Database, redis: Redis, settings: Settings) -> None:
        self.settings = settings
        self._database = database
        self._announce = Announcer(redis)
        self.creators: list[Creator] = []

    async def creators_up_to(self, count: int) -> list[Creator]:
        while len(self.creators) < count:
            self.creators.append(await self._creator(f"creator-{len(self.creators)}"))
        return self.creators[:count]

    async def _creator(self, subject: str) -> Creator:
        async def make(session: WriteSession) -> UUID:
            owner = await users.ensure(session, "", subject)
            await live_events.ensure_sequence(session, owner)
            return owner

        owner = await writing(self._database, make)
        somebody: Fan = fan(owner)
        talk = conversation(somebody)
        await store(self._database, somebody, talk)
        return Creator(owner, subject, talk)

    async def speak(self, case: Case) -> dict[str, float]:
        """The events of a case, in turns. The moment of each commit, by the event's key."""
        creators = await self.creators_up_to(case.creators)
        commits: dict[str, float] = {}
        begin = time.monotonic()
        for number in range(round(case.rate * case.seconds)):
            await asyncio.sleep(max(0, begin + number / case.rate - time.monotonic()))
            key, moment = await self._say(creators[number % case.creators])
            commits[key] = moment
        return commits

    async def _say(self, creator: Creator) -> tuple[str, float]:
        """A message comes in. The event's key, and the moment of the commit."""
        creator.sequence += 1
        key, committed = f"{creator.owner.hex}:{creator.sequence}", 0.0

        async def announce(owner: UUID, sequence: int) -> None:
            nonlocal committed
            committed = time.monotonic()
            await self._announce(owner, sequence)

        async with Transactions(self._database, announce)() as work:
            said: Message = message(creator.talk, direction="IN", origin="FAN", status="RECEIVED", text=f"key={key};")
            work.session.add(said)
            await work.session.flush()
            work.emit(creator.owner, events.message_added(said))
        return key, committed
