"""How big the tables are that a soak changes most."""

from __future__ import annotations

from dataclasses import dataclass

from tests.promises.books import Books

TABLES = ("messages", "attempts", "live_events", "live_sequences", "lanes", "webhook_deliveries", "idempotency_keys")
QUERY = """SELECT relname, pg_total_relation_size(relid), n_live_tup, n_dead_tup, n_tup_ins, n_tup_upd, n_tup_del
FROM pg_stat_user_tables WHERE relname = ANY($1)"""


@dataclass(frozen=True, slots=True)
class Size:
    """Bytes with indexes; rows as PostgreSQL's statistics count them since the start of the run (or a crash)."""

    size: int
    live: int
    dead: int
    inserted: int
    updated: int
    deleted: int


async def sizes(books: Books) -> dict[str, Size]:
    return {row[0]: Size(*row[1:]) for row in await books.rows(QUERY, list(TABLES))}
