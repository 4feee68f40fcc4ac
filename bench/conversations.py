"""The list of conversations and their messages: 10,000 conversations and a million messages of one owner.

`python -m bench.conversations [conversations] [messages of each] [--plans]`: p50 and p95 of the product's own
statements in milliseconds beside a named baseline, the look-up of one conversation by its primary key, and what their
plans read. `--plans` shows the plans whole.
"""

from __future__ import annotations

import asyncio
import re
import statistics
import sys
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import event

from bench.fans import Read, measured, p95
from bench.inbox_rows import fill
from db import engine
from db.engine import Database, ReadSession
from db.models import Conversation
from db.queries import conversation_lists, conversations, message_pages, messages
from db.queries.conversation_lists import Column, Order
from db.queries.keyset import Window
from db.queries.message_pages import Failed
from services.conversations.filter import ConversationFilter, selection
from tests.parts import TEMPLATE, running_postgres

RUNS = 30
MIDDLE = "SELECT id FROM conversations WHERE last_incoming_at IS NOT NULL ORDER BY last_message_at OFFSET $1 LIMIT 1"
BASELINE = "one conversation by primary key"
NAMED_IN_PLANS = re.compile(r"(Seq Scan on \w+|using \w+|Bitmap Index Scan on \w+|\bSort\b|Hash Join|HashAggregate)")


def lists(owner: UUID, side: UUID, middle: Conversation) -> dict[str, Read]:
    def listed(wanted: ConversationFilter, order: Order, window: Window) -> Read:
        chosen = selection(owner, wanted)
        return lambda session: conversation_lists.read_list(session, owner, chosen, order, window)

    def counted(wanted: ConversationFilter) -> Read:
        return lambda session: conversation_lists.count_list(session, owner, selection(owner, wanted))

    newest, first, everything = Order(), Window(50), ConversationFilter()
    found = {}
    for column in Column:
        for descending in (True, False):
            order = Order(column, descending)
            name = f"{column.name.lower()} {'desc' if descending else 'asc'}"
            found[name] = listed(everything, order, first)
            found[f"{name}, from the middle"] = listed(everything, order, Window(50, after=order.position(middle)))
    found["the last page"] = listed(everything, newest, Window(50, backwards=True))
    filters = {
        "unread": ConversationFilter(unread_only=True),
        "awaiting reply": ConversationFilter(awaiting_reply=True),
        "rare account": ConversationFilter(account_ids=(side,)),
        "no such platform": ConversationFilter(platform="FANSLY"),
        "tag of a third": ConversationFilter(tags=("vip",)),
        "rare tag": ConversationFilter(tags=("whale",)),
        "fans who paid most": ConversationFilter(min_fan_value_cents=998),
        "search: in 2 of 5 messages": ConversationFilter(search="w1"),
        "search: in 1 of 100": ConversationFilter(search="w99"),
        "search: in 1 of 10,000": ConversationFilter(search="w9999"),
        "search: in 3 of a million": ConversationFilter(search="zebra"),
        "search: frequent long ago": ConversationFilter(search="archived"),
        "search: every fan": ConversationFilter(search="fan"),
        "search: one fan": ConversationFilter(search="fan77"),
        "search: nothing": ConversationFilter(search="nothing"),
        "search: unread and a tag": ConversationFilter(unread_only=True, tags=("vip",), search="w99"),
    }
    for name, wanted in filters.items():
        found[name] = listed(wanted, newest, first)
        found[f"{name}, by incoming asc"] = listed(wanted, Order(Column.LAST_INCOMING_AT, False), first)
    for name in ("unread", "search: in 2 of 5 messages", "search: in 1 of 100"):
        found[f"totalCount of {name}"] = counted(filters[name])
    return found | {"totalCount": counted(everything)}


def threads(owner: UUID, long: UUID, fifty: list[UUID]) -> dict[str, Read]:
    def pages(of: list[UUID], window: Window) -> Read:
        return lambda session: message_pages.pages_of_conversations(session, owner, of, window)

    async def around(session: ReadSession) -> None:
        page = (await message_pages.pages_of_conversations(session, owner, [long], Window(1)))[long]
        for window in message_pages.windows_around(page.rows[0], 50):
            await message_pages.pages_of_conversations(session, owner, [long], window)

    async def mark_read(session: Any) -> None:
        await messages.mark_read(session, owner, long, None)
        await session.rollback()

    return {
        "last 3 of 50 conversations": pages(fifty, Window(3, backwards=True)),
        "first 3 of 50 conversations": pages(fifty, Window(3)),
        "last 100 of a long one": pages([long], Window(100, backwards=True)),
        "around a message of a long one": around,
        "failed messages": lambda s: message_pages.page_of_failed(s, owner, Failed(), Window(50)),
        "mark 10,000 messages read": mark_read,
    }


async def bench(url: str, talks: int, each: int, *, whole_plans: bool) -> None:
    database = engine.connect(url, pool_size=1, owner_guard=True)
    owner, side, long = await fill(database, url, talks, each)
    async with database.reads() as session:
        page = await conversation_lists.read_list(
            session, owner, selection(owner, ConversationFilter()), Order(), Window(50)
        )
        connection = await asyncpg.connect(url)
        found = await connection.fetchval(MIDDLE, talks // 2)
        middle = await conversations.get(session, owner, found)
    assert middle is not None
    asked: dict[str, Read] = {BASELINE: lambda session: conversations.get(session, owner, long)}
    asked |= lists(owner, side, middle) | threads(owner, long, [row.id for row in page.rows])
    print(f"{'milliseconds':44}{'p50':>8}{'p95':>8}  what the plans use")
    for name, read in asked.items():
        times = await measured(database, read, RUNS if "mark" not in name else 5)
        plans = await explained(database, connection, read)
        used = dict.fromkeys(part.removeprefix("using ") for part in NAMED_IN_PLANS.findall("\n".join(plans)))
        print(f"{name:44}{statistics.median(times):8.1f}{p95(times):8.1f}  {', '.join(used)}")
        if whole_plans:
            print(*plans, sep="\n")
    await connection.close()
    await database.engine.dispose()


async def explained(database: Database, connection: asyncpg.Connection, read: Read) -> list[str]:
    """The plans of every statement of one run."""
    said: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        said.append((statement, parameters))

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    async with database.reads() as session:
        await read(session)
    event.remove(database.engine.sync_engine, "before_cursor_execute", note)
    plans: list[str] = []
    for statement, parameters in said:
        async with connection.transaction():
            analyze = "" if statement.startswith("UPDATE") else "ANALYZE, BUFFERS OFF, TIMING OFF, "
            rows = await connection.fetch(f"EXPLAIN ({analyze}SUMMARY OFF) {statement}", *parameters)
        plans += [row[0] for row in rows]
    return plans


def main() -> None:
    sizes = [int(argument) for argument in sys.argv[1:] if argument.isdigit()]
    talks, each = [*sizes, *(10_000, 100)[len(sizes) :]]
    with running_postgres() as postgres:
        asyncio.run(bench(postgres.url(TEMPLATE), talks, each, whole_plans="--plans" in sys.argv))


if __name__ == "__main__":
    main()
