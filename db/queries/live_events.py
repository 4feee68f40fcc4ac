"""Live events: append in sequence, read after a position."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, insert, select, union_all
from sqlalchemy.dialects.postgresql import insert as upsert

from db.engine import ReadSession, WriteSession
from db.kept import Kept
from db.models import LiveEvent, LiveSequence
from db.models.base import table_of
from db.owner_guard import crossing


@dataclass(frozen=True, slots=True)
class NewEvent:
    """What happened, by ids; `status` is a message's status at this very step."""

    kind: str
    creator_account_id: UUID | None = None
    conversation_id: UUID | None = None
    fan_id: UUID | None = None
    message_id: UUID | None = None
    campaign_id: UUID | None = None
    status: str | None = None
    data: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """Where an owner's log stands."""

    epoch: str
    sequence: int


async def append(session: WriteSession, owner: UUID, events: Sequence[NewEvent]) -> int:
    """Number and store the events; the owner's sequence stays locked until the commit. Gives the last number."""
    if len(events) <= FEW:
        return await _append_few(session, owner, events)
    last: int = (await session.execute(_numbering(owner, len(events)))).scalar_one()
    first = last - len(events) + 1
    rows = [asdict(event) | {"user_id": owner, "sequence": first + n} for n, event in enumerate(events)]
    await session.execute(insert(LiveEvent), rows)
    return last


FEW = 4
COLUMNS = tuple(field.name for field in fields(NewEvent))


async def _append_few(session: WriteSession, owner: UUID, events: Sequence[NewEvent]) -> int:
    """What nearly every transaction ends with: one statement."""
    values: dict[str, Any] = {"owner": owner}
    for place, event in enumerate(events):
        values |= {f"{name}_{place}": getattr(event, name) for name in COLUMNS}
    numbers: list[int] = [row[0] for row in await _appending(len(events)).rows(session, **values)]
    return max(numbers)


@cache
def _appending(count: int) -> Kept:
    return Kept(lambda: _insert(count))


def _insert(count: int) -> Any:
    table, owner = table_of(LiveEvent), bindparam("owner", type_=Uuid())
    numbered = _numbering(owner, count).cte("numbered")
    rows = [
        select(
            owner,
            numbered.c.sequence - (count - 1 - place),
            *(bindparam(f"{name}_{place}", type_=table.c[name].type) for name in COLUMNS),
        )
        for place in range(count)
    ]
    return insert(table).from_select(["user_id", "sequence", *COLUMNS], union_all(*rows)).returning(table.c.sequence)


def _numbering(owner: Any, count: int) -> Any:
    return (
        upsert(LiveSequence)
        .values(user_id=owner, sequence=count)
        .on_conflict_do_update(
            index_elements=[LiveSequence.user_id],
            set_={"sequence": LiveSequence.sequence + count},
        )
        .returning(LiveSequence.sequence)
    )


async def position(session: ReadSession, owner: UUID) -> Position | None:
    """The present position; None before the owner's first event."""
    query = select(LiveSequence.epoch, LiveSequence.sequence).where(LiveSequence.user_id == owner)
    row = (await session.execute(query)).one_or_none()
    return None if row is None else Position(*row)


async def positions(session: ReadSession, owners: Collection[UUID]) -> dict[UUID, Position]:
    """Of everybody who is watched in one process, in one statement."""
    query = select(LiveSequence.user_id, LiveSequence.epoch, LiveSequence.sequence).where(
        LiveSequence.user_id.in_(owners)
    )
    rows = await session.execute(query, execution_options=crossing("where the logs stand"))
    return {row[0]: Position(row[1], row[2]) for row in rows}


async def ensure_sequence(session: WriteSession, owner: UUID) -> None:
    """Give a new owner a sequence, so that there is a cursor before the first event."""
    await session.execute(upsert(LiveSequence).values(user_id=owner).on_conflict_do_nothing())


async def after(session: ReadSession, owner: UUID, sequence: int, limit: int) -> Sequence[LiveEvent]:
    """The owner's events after a number, oldest first."""
    values = {"owner": owner, "sequence": sequence, "limit": limit}
    found: Sequence[LiveEvent] = (await session.scalars(_after(), values)).all()
    return found


@cache
def _after() -> Select[LiveEvent]:
    return (
        select(LiveEvent)
        .where(LiveEvent.user_id == bindparam("owner"), LiveEvent.sequence > bindparam("sequence"))
        .order_by(LiveEvent.sequence)
        .limit(bindparam("limit"))
    )
