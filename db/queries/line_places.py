"""Where messages stand in the line of their account: how many go before each, and when those held back may go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Subquery,
    and_,
    case,
    cast,
    collate,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
)

from db.engine import ReadSession
from db.models import Attempt, Campaign, Message
from db.queries.waiting import UNKNOWN_HOLDS

NOW = func.clock_timestamp()

WAITING = ("PENDING", "QUEUED")
LOOK_AHEAD = timedelta(minutes=15)
"""Messages that are held back for longer are not waited for by those behind them."""
MOST_HELD = 1000
UP_TO_THE_ONE_BEFORE = (None, -1)


@dataclass(frozen=True, slots=True)
class Place:
    """`turn`: its number in the line. `ahead` of the `ready` messages of the line, which may go now, go before it.

    `ready_at`: when it may go itself, None where that is now. `held`: an earlier reply of its conversation has not
    ended yet. `behind`: one of a higher priority goes before it.
    """

    id: UUID
    creator_account_id: UUID
    turn: int
    ahead: int
    ready: int
    ready_at: datetime | None
    held: bool
    behind: bool


async def of_replies(
    session: ReadSession, owner: UUID, account_ids: Sequence[UUID], message_ids: Sequence[UUID]
) -> list[Place]:
    """The places of these replies, and of those held back for a while, in the lines of these accounts."""
    turns = _turns_of_replies(owner, account_ids).subquery()
    return await _read(session, turns, (turns.c.turn, turns.c.id), message_ids)


async def of_campaigns(
    session: ReadSession, owner: UUID, account_ids: Sequence[UUID], message_ids: Sequence[UUID]
) -> list[Place]:
    """The same for messages of active campaigns, which stand in one line for each account."""
    waiting = _waiting_of_campaigns(owner, account_ids).subquery()
    return await _read(session, waiting, _urgent_first(waiting), message_ids)


async def lengths_up_to(
    session: ReadSession, owner: UUID, account_ids: Sequence[UUID], campaign_ids: Sequence[UUID]
) -> dict[UUID, int]:
    """For each active campaign with waiting messages, how many go until its last one has gone, that one included."""
    waiting = _waiting_of_campaigns(owner, account_ids).subquery()
    number = func.row_number().over(partition_by=waiting.c.creator_account_id, order_by=_urgent_first(waiting))
    line = select(waiting.c.campaign_id, number.label("length")).subquery()
    query = (
        select(line.c.campaign_id, func.max(line.c.length))
        .where(line.c.campaign_id.in_(campaign_ids))
        .group_by(line.c.campaign_id)
    )
    return {row[0]: row[1] for row in await session.execute(query)}


async def _read(
    session: ReadSession, turns: Subquery, order: tuple[ColumnElement[Any], ...], message_ids: Sequence[UUID]
) -> list[Place]:
    ready = func.coalesce(turns.c.ready_at <= NOW, True)
    counted = and_(turns.c.waits, ready)
    ordered: dict[str, Any] = {"partition_by": turns.c.creator_account_id, "order_by": order}
    before = ordered | {"rows": UP_TO_THE_ONE_BEFORE}
    most_urgent = func.max(turns.c.priority).filter(counted).over(**before)
    line = select(
        turns.c.id,
        turns.c.creator_account_id,
        func.row_number().over(**ordered).label("turn"),
        func.count().filter(counted).over(**before).label("ahead"),
        func.count().filter(counted).over(partition_by=turns.c.creator_account_id).label("ready"),
        case((not_(ready), turns.c.ready_at)).label("ready_at"),
        turns.c.held,
        func.coalesce(most_urgent > turns.c.priority, False).label("behind"),
        turns.c.waits,
    ).subquery()
    asked, row = line.c.id.in_(message_ids), line.c
    query = (
        select(row.id, row.creator_account_id, row.turn, row.ahead, row.ready, row.ready_at, row.held, row.behind)
        .where(row.waits, or_(asked, row.ready_at < NOW + LOOK_AHEAD))
        .order_by(asked.desc(), row.ready_at, row.turn)
        .limit(len(message_ids) + MOST_HELD)
    )
    return [Place(*row) for row in await session.execute(query)]


def _turns_of_replies(owner: UUID, account_ids: Sequence[UUID]) -> Select[Any]:
    """A reply goes after all earlier ones of its conversation: its turn is the latest of theirs and its own."""
    row = _replies(owner, account_ids).subquery()
    earlier: dict[str, Any] = {
        "partition_by": row.c.conversation_id,
        "order_by": row.c.id,
        "rows": UP_TO_THE_ONE_BEFORE,
    }
    # Scheduled ones wait for earlier replies, and hold nobody.
    holds = row.c.scheduled_at.is_(None)
    turn_before = func.max(row.c.turn).filter(and_(holds, row.c.waits)).over(**earlier)
    ready_before = func.max(row.c.ready_at).filter(holds).over(**earlier)
    return select(
        row.c.id,
        row.c.creator_account_id,
        row.c.priority,
        row.c.waits,
        func.greatest(row.c.turn, turn_before).label("turn"),
        func.greatest(row.c.ready_at, ready_before).label("ready_at"),
        (func.count().filter(holds).over(**earlier) > 0).label("held"),
    )


def _replies(owner: UUID, account_ids: Sequence[UUID]) -> Select[Any]:
    """Replies that wait, are under way, or hold their conversation although nobody knows whether they arrived."""
    waits = and_(Message.status.in_(WAITING), not_(_reserved(owner)))
    ready_at = case(
        (Message.status == "UNKNOWN", Message.finished_at + UNKNOWN_HOLDS),
        (waits, func.greatest(Message.not_before, Message.scheduled_at)),
    )
    holding = and_(Message.status == "UNKNOWN", Message.finished_at > NOW - UNKNOWN_HOLDS)
    return select(
        Message.id,
        Message.creator_account_id,
        Message.conversation_id,
        Message.priority,
        Message.scheduled_at,
        waits.label("waits"),
        _turn().label("turn"),
        ready_at.label("ready_at"),
    ).where(
        Message.user_id == owner,
        Message.creator_account_id.in_(account_ids),
        Message.campaign_id.is_(None),
        or_(Message.status.in_((*WAITING, "SENDING")), holding),
    )


def _waiting_of_campaigns(owner: UUID, account_ids: Sequence[UUID]) -> Select[Any]:
    return (
        select(
            Message.id,
            Message.creator_account_id,
            Message.campaign_id,
            Message.priority,
            func.greatest(Message.not_before, Message.scheduled_at).label("ready_at"),
            literal(True).label("waits"),
            literal(False).label("held"),
        )
        .join(Campaign, and_(Campaign.user_id == owner, Campaign.id == Message.campaign_id))
        .where(
            Campaign.status == "ACTIVE",
            Message.user_id == owner,
            Message.creator_account_id.in_(account_ids),
            Message.status.in_(WAITING),
            not_(_reserved(owner)),
        )
    )


def _urgent_first(waiting: Subquery) -> tuple[ColumnElement[Any], ...]:
    return waiting.c.priority.desc(), waiting.c.id


def _turn() -> ColumnElement[str]:
    """The highest priority first, then the first written: as one text, so that the latest of several can be had."""
    return collate(func.concat(10 - Message.priority, cast(Message.id, String)), "C")


def _reserved(owner: UUID) -> ColumnElement[bool]:
    """A worker has a slot for it: it is in no line any more."""
    return exists().where(Attempt.user_id == owner, Attempt.message_id == Message.id, Attempt.state != "done")
