"""Revenue and offers, counted in periods that are told by the moments at which they begin and end.

Each period is counted by itself, from its own range of an index that holds all that is asked for. Sorting the rows of
a year into their periods would take longer than counting them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, Select, and_, bindparam, column, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from db.engine import ReadSession
from db.models import CreatorAccount, Fan, Message, Payment
from db.queries.fan_selections import Selection, has

Counted = Select[*tuple[Any, ...]]
Accounts = Callable[[Any], ColumnElement[bool]]
"""The condition on the account of a row."""
Counting = Callable[[UUID, str, Accounts], Counted]
Span = tuple[datetime, datetime]
"""From a moment, which is included, to another, which is not."""
Moments = ARRAY(DateTime(timezone=True))

HASHED_FANS = "32"
"""Times PostgreSQL's `work_mem`: room for a table of millions of fans, without which it would compare each row with
each fan."""
PLANNED = select(
    func.set_config("hash_mem_multiplier", HASHED_FANS, True),
    func.set_config("plan_cache_mode", "force_custom_plan", True),
)
"""For the transaction. A plan for any tags, accounts and bounds, which a prepared statement
is given after some runs, walks all messages of an account for each period."""
PERIODS = (
    func.unnest(bindparam("begins", type_=Moments), bindparam("ends", type_=Moments))
    .table_valued(
        column("begins", DateTime(timezone=True)), column("ends", DateTime(timezone=True)), with_ordinality="number"
    )
    .render_derived("periods")
)


@dataclass(frozen=True, slots=True)
class Paid:
    """Within one span of time, in US cents. `tips_cents` is part of `cents`; `purchases`: offers that were unlocked."""

    cents: int
    purchases: int
    tips_cents: int


@dataclass(frozen=True, slots=True)
class Offered:
    """Within one span: messages that were sent with a price, bought or not. `cents`: their prices."""

    cents: int
    messages: int


async def paid(session: ReadSession, owner: UUID, selection: Selection, spans: Sequence[Span]) -> list[Paid]:
    """One for each span of time; one statement, however many they are."""
    rows = await _rows(session, owner, selection, _payments, spans)
    return [Paid(int(cents or 0), purchases, int(tips or 0)) for cents, purchases, tips in rows]


async def offered(session: ReadSession, owner: UUID, selection: Selection, spans: Sequence[Span]) -> list[Offered]:
    """As `paid`, of what was offered."""
    rows = await _rows(session, owner, selection, _offers, spans)
    return [Offered(int(prices or 0), messages) for prices, messages in rows]


async def _rows(
    session: ReadSession, owner: UUID, selection: Selection, counting: Counting, spans: Sequence[Span]
) -> list[Any]:
    """What is counted of each span, in order."""
    await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    accounts = await _accounts(session, owner, selection)
    await session.execute(PLANNED)
    one = counting(owner, selection.terms, accounts).lateral()
    query = select(*one.c).select_from(PERIODS).join(one, true()).order_by(PERIODS.c.number)
    begins, ends = [begin for begin, _ in spans], [end for _, end in spans]
    return list(await session.execute(query, {"begins": begins, "ends": ends}))


async def _accounts(session: ReadSession, owner: UUID, selection: Selection) -> Accounts:
    """A platform is told by its accounts, so that the planner knows how many they are; in words if they are all."""
    wanted = selection.account_ids
    if selection.platform is None:
        return (lambda _: true()) if wanted is None else lambda account: account.in_(wanted)
    all_of_them = select(CreatorAccount.id, CreatorAccount.platform).where(CreatorAccount.user_id == owner)
    rows = list(await session.execute(all_of_them))
    found = [id_ for id_, platform in rows if platform == selection.platform and (wanted is None or id_ in wanted)]
    if len(found) == len(rows):
        return lambda account: account.is_not(None)
    return lambda account: account.in_(found)


def _payments(owner: UUID, terms: str, accounts: Accounts) -> Counted:
    """Unlocks and tips; what a subscription costs is no revenue of a message."""
    unlock, tip = Payment.kind == "UNLOCK", Payment.kind == "TIP"
    return select(
        func.sum(Payment.amount_cents).label("cents"),
        func.count().filter(unlock).label("purchases"),
        func.sum(Payment.amount_cents).filter(tip).label("tips"),
    ).where(
        Payment.user_id == owner,
        unlock | tip,
        *_within(Payment.paid_at),
        accounts(Payment.creator_account_id),
        *_of_fans(Payment.fan_id, owner, terms),
    )


def _offers(owner: UUID, terms: str, accounts: Accounts) -> Counted:
    """Messages with a price that were sent, whether or not they were bought."""
    return select(func.sum(Message.price_cents).label("prices"), func.count().label("messages")).where(
        Message.user_id == owner,
        Message.direction == "OUT",
        Message.price_cents.is_not(None),
        *_within(Message.sent_at),
        accounts(Message.creator_account_id),
        *_of_fans(Message.fan_id, owner, terms),
    )


def _within(moment: Any) -> tuple[ColumnElement[bool], ...]:
    return moment >= PERIODS.c.begins, moment < PERIODS.c.ends


def _of_fans(fan: Any, owner: UUID, terms: str) -> Iterator[ColumnElement[bool]]:
    """Of fans that carry all the tags now.

    `IS TRUE` keeps PostgreSQL from making a join of it: it would be chosen for one period and carried out for each.
    """
    if terms:
        yield fan.in_(select(Fan.id).where(and_(Fan.user_id == owner, has(Fan.search, terms)))).is_(True)
