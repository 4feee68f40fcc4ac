"""Rows for `bench.queue_status`: one owner with a million finished messages, many of today, and what still waits."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import asyncpg

from db.engine import Database
from tests.stored import a_user, account, campaign, conversation, fan, store

ACCOUNTS = 5

# Finished over two years, and a share of them today; one in twenty failed. Ids are in the order of time, as ours are.
FINISHED = """INSERT INTO messages (user_id, id, placed_at, conversation_id, fan_id, creator_account_id, direction,
  origin, text, status, queued_at, sent_at, finished_at)
SELECT $1, uuidv7(moment - clock_timestamp()), moment, $2, $3, $4, 'OUT', 'USER', 'Good morning, number ' || n,
  CASE WHEN n % 20 = 0 THEN 'FAILED' ELSE 'SENT' END, moment, moment, moment + interval '2 s'
FROM generate_series(1, $5::int) n,
  LATERAL (SELECT $6::timestamptz + ($7::timestamptz - $6::timestamptz) * n / $5::int AS moment)"""
WAITING = """INSERT INTO messages (user_id, id, placed_at, conversation_id, fan_id, creator_account_id, campaign_id,
  direction, origin, text, status, queued_at)
SELECT $1, uuidv7(), clock_timestamp(), $2, $3, $4, $5, 'OUT', 'CAMPAIGN', 'Good evening, number ' || n, 'QUEUED',
  clock_timestamp()
FROM generate_series(1, $6::int) n"""
ATTEMPTS = """INSERT INTO attempts (user_id, id, message_id, number, platform, account_id, worker, state, outcome,
  reserved_at, finished_at, lease_until)
SELECT m.user_id, uuidv7(), m.id, 1, 'SANDBOX', a.account_id, 'w', 'done', 'SENT', m.sent_at, m.finished_at,
  m.finished_at + interval '9 s'
FROM messages m JOIN creator_accounts a ON a.user_id = m.user_id AND a.id = m.creator_account_id
WHERE m.user_id = $1 AND m.finished_at > clock_timestamp() - interval '3 days'"""
SECONDARY = """SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'messages' AND indexname <> 'pk_messages'"""
TODAY = "SELECT date_trunc('day', clock_timestamp())"
LONG_BEFORE = "SELECT date_trunc('day', clock_timestamp()) - interval '2 years'"


@dataclass(frozen=True, slots=True)
class Rows:
    """How many messages there are of each sort."""

    finished: int = 1_000_000
    today: int = 100_000
    waiting: int = 10_000


async def fill(database: Database, url: str, rows: Rows) -> UUID:
    """Gives the owner. The indexes are made last: so a million rows take a minute."""
    owner = await a_user(database)
    accounts = [account(owner, f"acct {number}") for number in range(ACCOUNTS)]
    await store(database, *accounts)
    connection = await asyncpg.connect(url)
    indexes = await connection.fetch(SECONDARY)
    for index in indexes:
        await connection.execute(f"DROP INDEX {index['indexname']}")
    today, before, now = [await connection.fetchval(each) for each in (TODAY, LONG_BEFORE, "SELECT clock_timestamp()")]
    for of in accounts:
        someone = fan(owner, of.id)
        talk, whole = conversation(someone), campaign(of)
        await store(database, someone, talk, whole)
        ids = (owner, talk.id, someone.id, of.id)
        # Nobody counts what is old.
        await connection.execute("SET session_replication_role = replica")
        await connection.execute(FINISHED, *ids, (rows.finished - rows.today) // ACCOUNTS, before, today)
        await connection.execute("RESET session_replication_role")
        await connection.execute(FINISHED, *ids, rows.today // ACCOUNTS, today, now)
        await connection.execute(WAITING, *ids, whole.id, rows.waiting // ACCOUNTS)
    await connection.execute(ATTEMPTS, owner)
    for index in indexes:
        await connection.execute(index["indexdef"])
    for table in ("messages", "attempts", "message_counts", "creator_accounts"):
        await connection.execute(f"VACUUM (ANALYZE) {table}")
    await connection.close()
    return owner
