"""One account with its lane, its last attempts and what waits on it, at seconds from now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from db.engine import Database
from db.models import Attempt, Campaign, Conversation, CreatorAccount, Lane, Message, new_id
from services.pacing.limit import Limit
from services.sending.estimate import Estimates
from services.sending.outlook import NO_OUTLOOK, Outlook
from tests.stored import a_user, account, campaign, conversation, fan, message, store

# Made by PostgreSQL, in the order of their ids.
MANY = """INSERT INTO messages (user_id, id, conversation_id, fan_id, creator_account_id, campaign_id, direction,
  origin, text, status, priority, not_before)
SELECT $1, ('00000000-0000-7000-8000-' || lpad(to_hex($2 + n), 12, '0'))::uuid, talk.id, talk.fan_id, $4, $5, 'OUT',
  'CAMPAIGN', 'Hello', 'QUEUED', $6, $8
FROM generate_series(1, $7::int) n
JOIN conversations talk ON talk.user_id = $1 AND talk.id = ($3::uuid[])[n % cardinality($3::uuid[]) + 1]"""

LIMIT = Limit(10, timedelta(seconds=60), timedelta(seconds=3))
SLACK = timedelta(milliseconds=20)


@dataclass
class Scene:
    """Times are seconds from `now`, the moment at which the scene was made."""

    database: Database
    home: CreatorAccount
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    talks: dict[str, Conversation] = field(default_factory=dict)

    @classmethod
    async def make(
        cls,
        database: Database,
        *,
        owner: UUID | None = None,
        due: float | None = 0,
        blocked: float | None = None,
        **values: Any,
    ) -> Scene:
        owner = owner or await a_user(database)
        scene = cls(database, account(owner, **{"account_id": f"{new_id()}"} | values))
        lane = Lane(
            platform="SANDBOX",
            account_id=scene.home.account_id,
            due_at=scene.moment(due),
            blocked_until=scene.moment(blocked),
        )
        await store(database, scene.home)
        async with database.writes() as session, session.begin():
            await session.merge(lane)
        return scene

    @property
    def owner(self) -> UUID:
        return self.home.user_id

    def moment(self, seconds: float | None) -> datetime | None:
        return None if seconds is None else self.now + timedelta(seconds=seconds)

    async def talk(self, name: str) -> Conversation:
        if name not in self.talks:
            someone = fan(self.owner, self.home.id, name=name)
            self.talks[name] = conversation(someone)
            await store(self.database, someone, self.talks[name])
        return self.talks[name]

    async def waits(self, talk: str = "robin", **values: Any) -> Message:
        """A queued message; `scheduled`, `not_before` and `finished` are in seconds."""
        for name, column in (("scheduled", "scheduled_at"), ("not_before", "not_before"), ("finished", "finished_at")):
            if name in values:
                values[column] = self.moment(values.pop(name))
        row = message(await self.talk(talk), **values)
        await store(self.database, row)
        return row

    async def campaign(self, **values: Any) -> Campaign:
        whole = campaign(self.home, **values)
        await store(self.database, whole)
        return whole

    async def sent(self, *ended: float, call: float = 1, of: Message | None = None) -> None:
        """Attempts that ended at these seconds, each a second long; of the first of many if not of a message."""
        of = of or await self.waits("sent before", status="SENT", finished=min(ended))
        for number, end in enumerate(ended):
            times = {"reserved_at": self.moment(end - call), "finished_at": self.moment(end)}
            await store(self.database, self.attempt(of, number + 1, state="done", outcome="SENT", **times))

    async def under_way(self, of: Message, state: str, reserved: float, lease: float) -> None:
        times = {"reserved_at": self.moment(reserved), "lease": lease}
        await store(self.database, self.attempt(of, 1, state=state, **times))

    def attempt(self, of: Message, number: int, *, lease: float = 60, **values: Any) -> Attempt:
        return Attempt(
            user_id=self.owner,
            message_id=of.id,
            number=number,
            platform=self.home.platform,
            account_id=self.home.account_id,
            campaign=of.campaign_id is not None,
            worker="w",
            lease_until=self.moment(lease),
            **values,
        )

    def estimates(self, *, enabled: bool = True) -> Estimates:
        return Estimates(self.database, LIMIT, enabled=enabled)

    async def outlooks(self, rows: Sequence[Message], *, enabled: bool = True) -> list[Outlook]:
        found = await self.estimates(enabled=enabled).of_messages(self.owner, [row.id for row in rows])
        return [found.get(row.id, NO_OUTLOOK) for row in rows]

    def is_at(self, found: datetime | None, seconds: float | None) -> bool:
        """Whether a moment is so many seconds from now, counted from the scene's beginning or the present."""
        if found is None or seconds is None:
            return found is None and seconds is None
        present = datetime.now(UTC) - self.now
        wanted = self.now + timedelta(seconds=seconds)
        return wanted - SLACK <= found <= wanted + present + SLACK


def plain_url(database: Database) -> str:
    return database.engine.url.set(drivername="postgresql").render_as_string(False)


async def many(
    scene: Scene,
    whole: Campaign | None,
    count: int,
    *,
    after: int = 0,
    priority: int = 5,
    talks: int = 1,
    not_before: datetime | None = None,
) -> None:
    """So many messages that wait in so many conversations, behind those with smaller numbers."""
    places = [(await scene.talk(f"fan {number}")).id for number in range(talks)]
    connection = await asyncpg.connect(plain_url(scene.database))
    values = (scene.owner, after, places, scene.home.id, whole and whole.id, priority, count, not_before)
    await connection.execute(MANY, *values)
    await connection.execute("ANALYZE messages")
    await connection.close()
