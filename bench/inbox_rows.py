"""Rows for `bench.conversations`: one owner with many conversations, each with many messages, made by PostgreSQL."""

from __future__ import annotations

from uuid import UUID

import asyncpg

from db.engine import Database
from tests.stored import a_user, account, store

OF_THE_LONG = 10_000

# Words are spread as in speech: w1 is in two of five messages, w15000 in a few of a million. `archived` is frequent,
# but in old conversations alone; `zebra` is in three messages.
FANS = """INSERT INTO fans (user_id, id, creator_account_id, platform, name, handle, tags, value_cents, search)
SELECT $1, gen_random_uuid(), CASE WHEN n % 500 = 0 THEN $3::uuid ELSE $2::uuid END, 'SANDBOX', 'Fan ' || n,
  '@fan' || n, tags, n % 1000, array_to_tsvector(ARRAY[$4 || 'fan', $4 || 'fan' || n, $4 || n]
    || ARRAY(SELECT $4 || '#' || tag FROM unnest(tags) tag))
FROM generate_series(1, $5::int) n, LATERAL (SELECT CASE WHEN n % 2000 = 0 THEN ARRAY['vip', 'whale']
  WHEN n % 3 = 0 THEN ARRAY['vip'] ELSE ARRAY[]::text[] END AS tags)"""
TALKS = """INSERT INTO conversations (user_id, id, fan_id, creator_account_id, platform, unread_count)
SELECT user_id, gen_random_uuid(), id, creator_account_id, platform, CASE WHEN value_cents % 10 = 0 THEN 2 ELSE 0 END
FROM fans WHERE user_id = $1"""
MESSAGES = """INSERT INTO messages (user_id, id, placed_at, conversation_id, fan_id, creator_account_id, direction,
  origin, text, read, status, search)
SELECT c.user_id, gen_random_uuid(), moment, c.id, c.fan_id, c.creator_account_id,
  CASE WHEN n % 2 = 0 THEN 'IN' ELSE 'OUT' END, CASE WHEN n % 2 = 0 THEN 'FAN' ELSE 'USER' END,
  array_to_string(words, ' '), true, CASE WHEN n % 2 = 0 THEN 'RECEIVED' WHEN n % 499 = 0 THEN 'FAILED' ELSE 'SENT' END,
  array_to_tsvector(ARRAY(SELECT $2 || word FROM unnest(words) word))
FROM (SELECT *, row_number() OVER (ORDER BY id) AS place FROM conversations WHERE user_id = $1) c,
  generate_series(1, $3::int) n,
  LATERAL (SELECT timestamptz '2026-01-01' + (c.place + n * random() / 10) * interval '1 minute' AS moment),
  LATERAL (SELECT array_agg('w' || floor(exp(random() * ln(20000) + (n + word) * 0))::int)
    || CASE WHEN c.place < $4::int / 5 AND n % 2 = 0 THEN ARRAY['archived'] ELSE ARRAY[]::text[] END
    || CASE WHEN n = 1 AND c.place IN (1, $4::int / 2, $4::int - 1) THEN ARRAY['zebra'] ELSE ARRAY[]::text[] END
    AS words
    FROM generate_series(1, 8) word)"""
LONG = """INSERT INTO messages (user_id, id, placed_at, conversation_id, fan_id, direction, origin, text, read, status,
  search)
SELECT user_id, gen_random_uuid(), last_message_at + n * interval '1 second', id, fan_id, 'IN', 'FAN', 'hello', false,
  'RECEIVED', array_to_tsvector(ARRAY[$2 || 'hello', $2 || 'w' || n]) FROM conversations, generate_series(1, $3::int) n
WHERE user_id = $1 AND id = $4"""
LAST = """UPDATE conversations c SET last_message_id = m.id, last_message_at = m.placed_at,
  awaiting_reply = m.direction = 'IN',
  last_incoming_at = CASE WHEN substr(c.id::text, 1, 1) = '0' THEN NULL ELSE m.placed_at END
FROM (SELECT DISTINCT ON (conversation_id) * FROM messages WHERE user_id = $1
  ORDER BY conversation_id, placed_at DESC, id DESC) m
WHERE c.user_id = $1 AND m.conversation_id = c.id"""
SECONDARY = """SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'messages' AND indexname <> 'pk_messages'"""


async def fill(database: Database, url: str, talks: int, each: int) -> tuple[UUID, UUID, UUID]:
    """Gives the owner, her rarer account, and the conversation with 10,000 unread messages.

    The indexes are made last: so a million rows take a minute.
    """
    owner = await a_user(database)
    main, side = account(owner, "main"), account(owner, "side")
    await store(database, main, side)
    mark = owner.hex[-8:]
    connection = await asyncpg.connect(url)
    indexes = await connection.fetch(SECONDARY)
    for index in indexes:
        await connection.execute(f"DROP INDEX {index['indexname']}")
    await connection.execute(FANS, owner, main.id, side.id, mark, talks)
    await connection.execute(TALKS, owner)
    await connection.execute(MESSAGES, owner, mark, each, talks)
    await connection.execute(LAST, owner)
    long: UUID = await connection.fetchval("SELECT id FROM conversations WHERE user_id = $1 LIMIT 1", owner)
    await connection.execute(LONG, owner, mark, OF_THE_LONG, long)
    await connection.execute("UPDATE conversations SET unread_count = $2 WHERE id = $1", long, OF_THE_LONG)
    for index in indexes:
        await connection.execute(index["indexdef"])
    for table in ("messages", "conversations", "fans"):
        await connection.execute(f"VACUUM (ANALYZE) {table}")
    await connection.close()
    return owner, side.id, long
