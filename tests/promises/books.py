"""What the database says of the messages: the other side of the audit."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

import asyncpg

from db.liveness import AWAY
from services.runtime.settings import Settings
from tests.promises.audit import Arrival, delivered, delivered_often
from tests.waiting import eventually

ENDS = frozenset({"SENT", "DELIVERED", "FAILED", "UNKNOWN", "CANCELLED"})
"""Where the way of an outbound message may end."""

AWAY_SECONDS = 60.0


class Books:
    """A connection for each look; a database that is away is waited for."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.database_url.get_secret_value()

    async def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        deadline = time.monotonic() + AWAY_SECONDS
        while True:
            try:
                return await self._rows(query, *values)
            except AWAY:
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.2)

    async def _rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        connection = await asyncpg.connect(self._url)
        try:
            return [tuple(row) for row in await connection.fetch(query, *values)]
        finally:
            await connection.close()

    async def any(self, query: str, *values: Any) -> bool:
        return bool(await self.rows(query, *values))

    async def value(self, query: str, *values: Any) -> Any:
        return (await self.rows(query, *values))[0][0]

    async def execute(self, statement: str, *values: Any) -> None:
        connection = await asyncpg.connect(self._url)
        try:
            await connection.execute(statement, *values)
        finally:
            await connection.close()

    async def statuses(self) -> dict[str, str]:
        """Each outbound message by its text."""
        return dict(await self.rows("SELECT text, status FROM messages WHERE direction = 'OUT'"))

    async def steps(self, text: str) -> list[str]:
        """The statuses a message was announced with, in order."""
        query = """SELECT e.status FROM live_events e JOIN messages m ON m.user_id = e.user_id AND m.id = e.message_id
            WHERE m.text = $1 AND e.kind IN ('message_added', 'message_updated') ORDER BY e.sequence"""
        return [row[0] for row in await self.rows(query, text)]

    async def attempts(self, text: str) -> list[tuple[str, str | None]]:
        """State and outcome of each attempt, in order."""
        query = """SELECT a.state, a.outcome FROM attempts a JOIN messages m ON m.user_id = a.user_id
            AND m.id = a.message_id WHERE m.text = $1 ORDER BY a.number"""
        return [(row[0], row[1]) for row in await self.rows(query, text)]

    async def count(self, *statuses: str) -> int:
        query = "SELECT count(*) FROM messages WHERE direction = 'OUT' AND status = ANY($1)"
        return int(await self.value(query, list(statuses)))

    async def all_ended(self, messages: int, deadline: float = 60) -> None:
        """Every one of so many messages has come to an end."""

        async def ended() -> bool:
            counts = Counter((await self.statuses()).values())
            return sum(counts.values()) == messages and set(counts) <= ENDS

        try:
            await eventually(ended, deadline, f"an end of {messages} messages")
        except AssertionError as late:
            late.add_note(await self._left())
            raise

    async def _left(self) -> str:
        """What to look at where messages are stuck."""
        waiting = "SELECT text, status, creator_account_id, not_before FROM messages WHERE status <> ALL($1)"
        unfinished = "SELECT account_id, worker, state, reserved_at, lease_until FROM attempts WHERE state <> 'done'"
        parts = [
            await self.rows(waiting, list(ENDS)),
            await self.rows("SELECT *, clock_timestamp() FROM lanes"),
            await self.rows(unfinished),
        ]
        return "\n".join(str(row) for part in parts for row in part)


def disagreements(statuses: Mapping[str, str], seen: list[Arrival]) -> list[str]:
    """Where the books and the platform differ. Unknown ones may have arrived or not; that is what unknown means."""
    there, twice = delivered(seen), delivered_often(seen)
    return [
        *(f"{text} came {count} times" for text, count in twice.items()),
        *(
            f"{text} is {status} and came"
            for text, status in statuses.items()
            if status in {"FAILED", "CANCELLED"} and text in there
        ),
        *(
            f"{text} is SENT and did not come"
            for text, status in statuses.items()
            if status in {"SENT", "DELIVERED"} and text not in there
        ),
        *(f"{text} came and is not in the books" for text in there - set(statuses)),
    ]
