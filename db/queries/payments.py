"""Payments: stored once, linked to the messages they unlocked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from db.engine import ReadSession, WriteSession
from db.kept import columns, kept, made
from db.models import Message, Payment, new_id
from db.queries.rows_by_id import rows_by_id


@dataclass(frozen=True, slots=True)
class NewPayment:
    """A payment before it has an id. Cents are US cents; an unlock names its message by the platform's id."""

    creator_account_id: UUID
    fan_id: UUID
    kind: str
    amount_cents: int
    payment_key: str
    platform_message_id: str | None
    paid_at: datetime


async def is_known(
    session: ReadSession,
    owner: UUID,
    creator_account_id: UUID,
    kind: str,
    payment_key: str,
    platform_message_id: str | None,
) -> bool:
    """Whether this payment, or another one for the same unlocked message, is there already."""
    same = [Payment.payment_key == payment_key]
    if kind == "UNLOCK" and platform_message_id is not None:
        same.append(Payment.platform_message_id == platform_message_id)
    query = select(Payment.id).where(
        Payment.user_id == owner,
        Payment.creator_account_id == creator_account_id,
        Payment.kind == kind,
        or_(*same),
    )
    return (await session.execute(query.limit(1))).one_or_none() is not None


async def store(session: WriteSession, owner: UUID, new: NewPayment) -> Payment | None:
    """None where somebody has stored it before."""
    statement = (
        upsert(Payment).values(user_id=owner, id=new_id(), **asdict(new)).on_conflict_do_nothing().returning(Payment)
    )
    return await session.scalar(statement)


async def unlock_of(
    session: ReadSession, owner: UUID, creator_account_id: UUID, platform_message_id: str
) -> Payment | None:
    """What was paid for a message that the platform knows by this id."""
    values = {"owner": owner, "account": creator_account_id, "known_as": platform_message_id}
    row = await _unlock_of.row(session, **values)
    return None if row is None else made(Payment, row)


@kept
def _unlock_of() -> Any:
    return select(*columns(Payment)).where(
        Payment.user_id == bindparam("owner"),
        Payment.creator_account_id == bindparam("account"),
        Payment.platform_message_id == bindparam("known_as"),
        Payment.kind == "UNLOCK",
    )


async def link(session: WriteSession, owner: UUID, payment_id: UUID, message: Message) -> None:
    """The message it unlocked is known now."""
    await session.execute(
        update(Payment)
        .where(Payment.user_id == owner, Payment.id == payment_id, Payment.message_id.is_(None))
        .values(message_id=message.id, campaign_id=message.campaign_id)
    )


async def get_many(session: ReadSession, owner: UUID, ids: Sequence[UUID]) -> Sequence[Payment]:
    return await rows_by_id(session, Payment, owner, ids)
