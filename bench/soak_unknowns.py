"""How messages of unknown outcome were settled during a soak: looked at while it runs, since attempts are removed."""

from __future__ import annotations

import asyncio
from collections import Counter

from services.sending.proof import ANNOUNCED, READ_BACK
from tests.promises.books import Books

LOOK_SECONDS = 10.0
QUERY = """SELECT m.text, CASE WHEN m.status = 'UNKNOWN' THEN 'left to a person'
  WHEN bool_or(a.detail = $1) THEN 'by the webhook' WHEN bool_or(a.detail = $2) THEN 'by read-back'
  WHEN m.status IN ('SENT', 'DELIVERED') THEN 'by a repeat or a late answer' ELSE 'proven not sent' END
FROM attempts a JOIN messages m ON m.user_id = a.user_id AND m.id = a.message_id
GROUP BY m.user_id, m.id HAVING bool_or(a.outcome = 'UNKNOWN') OR bool_or(a.detail IN ($1, $2))"""


class Unknowns:
    """`how` each message that was unknown for a while was settled, by its text; open ones count as left to a person."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self.how: dict[str, str] = {}

    async def watch(self) -> None:
        """Until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        self.how |= dict(await self._books.rows(QUERY, ANNOUNCED, READ_BACK))

    def counts(self) -> dict[str, int]:
        found = Counter(self.how.values())
        return {"unknown for a while": len(self.how)} | {f"settled: {how}": found[how] for how in sorted(found)}
