"""Revenue and offers, counted in periods that are told by the moments at which they begin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, Select, and_, cast, func, literal, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY

from db.engine import ReadSession
from db.models import CreatorAccount, Fan, Message, Payment
from db.queries.fan_selections import Selection, has

Counted = Select[Any, Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Revenue:
    """Of one period, in US cents. `tips_cents` is part of `revenue_cents`; `messages`: offers, those with a price."""

    revenue_cents: int = 0
    offered_cents: int = 0
    purchases: int = 0
    tips_cents: int = 0
    messages: int = 0


async def in_periods(
    session: ReadSession, owner: UUID, selection: Selection, bounds: Sequence[datetime]
) -> list[Revenue]:
    """One for each period between two neighbours of `bounds`; two statements, however many periods."""
    paid = await _rows(session, _payments(owner, selection, bounds))
    offered = await _rows(session, _offers(owner, selection, bounds))
    nothing = (0, 0, 0)
    return [
        Revenue(*_in_order(paid.get(period, nothing), offered.get(period, nothing))) for period in range(1, len(bounds))
    ]


def _in_order(paid: tuple[int, int, int], offered: tuple[int, int, int]) -> tuple[int, int, int, int, int]:
    revenue, purchases, tips = paid
    return revenue, offered[0], purchases, tips, offered[1]


async def _rows(session: ReadSession, query: Counted) -> dict[int, tuple[int, int, int]]:
    return {row[0]: tuple(int(value or 0) for value in row[1:]) for row in await session.execute(query)}  # type: ignore[misc]


def _payments(owner: UUID, selection: Selection, bounds: Sequence[datetime]) -> Counted:
    """Unlocks and tips; what a subscription costs is no revenue of a message (requirement 6.1)."""
    unlock, tip = Payment.kind == "UNLOCK", Payment.kind == "TIP"
    period = _period(Payment.paid_at, bounds)
    query = select(
        period.label("period"),
        func.sum(Payment.amount_cents),
        func.count().filter(unlock),
        func.coalesce(func.sum(Payment.amount_cents).filter(tip), 0),
    ).where(Payment.user_id == owner, unlock | tip, *_within(Payment.paid_at, bounds))
    return _selected(query, Payment, owner, selection).group_by(literal_column("period"))


def _offers(owner: UUID, selection: Selection, bounds: Sequence[datetime]) -> Counted:
    """Messages with a price that were sent, whether or not they were bought."""
    period = _period(Message.sent_at, bounds)
    query = select(period.label("period"), func.sum(Message.price_cents), func.count(), literal(0)).where(
        Message.user_id == owner,
        Message.direction == "OUT",
        Message.price_cents.is_not(None),
        *_within(Message.sent_at, bounds),
    )
    return _selected(query, Message, owner, selection).group_by(literal_column("period"))


def _period(moment: Any, bounds: Sequence[datetime]) -> ColumnElement[int]:
    return func.width_bucket(moment, cast(list(bounds), ARRAY(DateTime(timezone=True))))


def _within(moment: Any, bounds: Sequence[datetime]) -> tuple[ColumnElement[bool], ...]:
    return moment >= bounds[0], moment < bounds[-1]


def _selected(query: Counted, rows: Any, owner: UUID, selection: Selection) -> Counted:
    """Of these accounts, this platform, and fans that carry all the tags now."""
    if selection.account_ids is not None:
        query = query.where(rows.creator_account_id.in_(selection.account_ids))
    if selection.platform is not None:
        accounts = select(CreatorAccount.id).where(
            CreatorAccount.user_id == owner, CreatorAccount.platform == selection.platform
        )
        query = query.where(rows.creator_account_id.in_(accounts))
    if selection.terms:
        fans = select(Fan.id).where(and_(Fan.user_id == owner, has(Fan.search, selection.terms)))
        query = query.where(rows.fan_id.in_(fans))
    return query
