"""Revenue and offers, counted in periods that are told by the moments at which they begin.

Each period is counted by itself, from its own range of an index that holds all that is asked for. Sorting the rows of
a year into their periods would take longer than counting them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, Select, and_, bindparam, column, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from db.engine import ReadSession
from db.models import CreatorAccount, Fan, Message, Payment
from db.queries.fan_selections import Selection, has

Counted = Select[*tuple[Any, ...]]
Counting = Callable[[UUID, Selection], Counted]
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
    """Within one period, in US cents. `tips_cents` is part of `cents`; `purchases`: offers that were unlocked."""

    cents: int
    purchases: int
    tips_cents: int


@dataclass(frozen=True, slots=True)
class Offered:
    """Within one period: messages that were sent with a price, bought or not. `cents`: their prices."""

    cents: int
    messages: int


async def paid(session: ReadSession, owner: UUID, selection: Selection, bounds: Sequence[datetime]) -> list[Paid]:
    """One for each period between two neighbours of `bounds`; one statement, however many periods."""
    rows = await _rows(session, owner, selection, _payments, bounds)
    return [Paid(int(cents or 0), purchases, int(tips or 0)) for cents, purchases, tips in rows]


async def offered(session: ReadSession, owner: UUID, selection: Selection, bounds: Sequence[datetime]) -> list[Offered]:
    """As `paid`, of what was offered."""
    rows = await _rows(session, owner, selection, _offers, bounds)
    return [Offered(int(prices or 0), messages) for prices, messages in rows]


async def _rows(
    session: ReadSession, owner: UUID, selection: Selection, counting: Counting, bounds: Sequence[datetime]
) -> list[Any]:
    """What is counted of each period, in order."""
    await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    if selection.platform is not None:
        selection = await _of_platform(session, owner, selection)
    await session.execute(PLANNED)
    one = counting(owner, selection).lateral()
    query = select(*one.c).select_from(PERIODS).join(one, true()).order_by(PERIODS.c.number)
    return list(await session.execute(query, {"begins": bounds[:-1], "ends": bounds[1:]}))


async def _of_platform(session: ReadSession, owner: UUID, selection: Selection) -> Selection:
    """By its accounts, so that the planner knows how many they are."""
    accounts = select(CreatorAccount.id).where(
        CreatorAccount.user_id == owner, CreatorAccount.platform == selection.platform
    )
    wanted = selection.account_ids
    found = tuple(each for each in await session.scalars(accounts) if wanted is None or each in wanted)
    return replace(selection, account_ids=found, platform=None)


def _payments(owner: UUID, selection: Selection) -> Counted:
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
        *_of(Payment, owner, selection),
    )


def _offers(owner: UUID, selection: Selection) -> Counted:
    """Messages with a price that were sent, whether or not they were bought."""
    return select(func.sum(Message.price_cents).label("prices"), func.count().label("messages")).where(
        Message.user_id == owner,
        Message.direction == "OUT",
        Message.price_cents.is_not(None),
        *_within(Message.sent_at),
        *_of(Message, owner, selection),
    )


def _within(moment: Any) -> tuple[ColumnElement[bool], ...]:
    return moment >= PERIODS.c.begins, moment < PERIODS.c.ends


def _of(rows: Any, owner: UUID, selection: Selection) -> Iterator[ColumnElement[bool]]:
    """Of these accounts, and fans that carry all the tags now.

    `IS TRUE` keeps PostgreSQL from making a join of it: it would be chosen for one period and carried out for each.
    """
    if selection.account_ids is not None:
        yield rows.creator_account_id.in_(selection.account_ids)
    if selection.terms:
        fans = select(Fan.id).where(and_(Fan.user_id == owner, has(Fan.search, selection.terms)))
        yield rows.fan_id.in_(fans).is_(True)
