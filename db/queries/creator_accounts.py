"""Creator accounts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, func, or_, select, tuple_, update

from db.engine import ReadSession, WriteSession
from db.kept import kept
from db.models import Conversation, CreatorAccount, Fan
from db.owner_guard import crossing
from db.queries.rows_by_id import rows_by_id

LOCK = 4112608833
"""Sets these advisory locks apart from others."""


async def get(session: ReadSession, owner: UUID, account_id: UUID) -> CreatorAccount | None:
    return await session.get(CreatorAccount, (owner, account_id))


async def get_many(session: ReadSession, owner: UUID, ids: Sequence[UUID]) -> Sequence[CreatorAccount]:
    return await rows_by_id(session, CreatorAccount, owner, ids)


async def of_owner(session: ReadSession, owner: UUID, platform: str | None = None) -> Sequence[CreatorAccount]:
    """All accounts of the owner, disconnected ones included, oldest first; of one platform if given."""
    query = select(CreatorAccount).where(CreatorAccount.user_id == owner).order_by(CreatorAccount.id)
    if platform is not None:
        query = query.where(CreatorAccount.platform == platform)
    return (await session.scalars(query)).all()


async def in_turn(session: WriteSession, platform: str, account_id: str) -> None:
    """Until the commit nobody else connects this platform account, whoever it may be."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{platform}:{account_id}", LOCK))))


async def find(session: WriteSession, owner: UUID, platform: str, account_id: str) -> CreatorAccount | None:
    """The owner's own row for a platform account, locked."""
    query = select(CreatorAccount).where(
        CreatorAccount.user_id == owner,
        CreatorAccount.platform == platform,
        CreatorAccount.account_id == account_id,
    )
    return await session.scalar(query.with_for_update())


async def hold(session: WriteSession, owner: UUID, account_id: UUID) -> None:
    """Until the commit nobody else holds or changes the account; rows that refer to it can still be stored."""
    await _hold.rows(session, owner=owner, account=account_id)


@kept
def _hold() -> Any:
    query = select(CreatorAccount.id)
    query = query.where(CreatorAccount.user_id == bindparam("owner"), CreatorAccount.id == bindparam("account"))
    return query.with_for_update(key_share=True)


async def in_use(session: ReadSession, platform: str, account_id: str) -> CreatorAccount | None:
    """Whoever has this platform account connected now, across owners."""
    query = select(CreatorAccount).where(
        CreatorAccount.platform == platform,
        CreatorAccount.account_id == account_id,
        CreatorAccount.status != "DISCONNECTED",
    )
    return await session.scalar(query, execution_options=crossing("the account behind a platform id"))


async def take_from_others(
    session: WriteSession, owner: UUID, platform: str, account_id: str, detail: str
) -> Sequence[tuple[UUID, UUID]]:
    """Disconnect the account wherever another user has it. Gives (owner, account) of each it was taken from."""
    statement = (
        update(CreatorAccount)
        .where(
            CreatorAccount.platform == platform,
            CreatorAccount.account_id == account_id,
            CreatorAccount.status != "DISCONNECTED",
            CreatorAccount.user_id != owner,
        )
        .values(status="DISCONNECTED", status_detail=detail, version=CreatorAccount.version + 1)
        .returning(CreatorAccount.user_id, CreatorAccount.id)
    )
    rows = await session.execute(statement, execution_options=crossing("take an account from its former user"))
    return [(row[0], row[1]) for row in rows]


async def stop(
    session: WriteSession, owner: UUID, account_id: UUID, connected_at: datetime, status: str, detail: str | None
) -> bool:
    """Change the status of an account that is connected since this moment. False when there is nothing to change.

    What was answered to a former key says nothing about the present one.
    """
    statement = (
        update(CreatorAccount)
        .where(
            CreatorAccount.user_id == owner,
            CreatorAccount.id == account_id,
            CreatorAccount.connected_at == connected_at,
            CreatorAccount.status.not_in((status, "DISCONNECTED")),
        )
        .values(status=status, status_detail=detail, version=CreatorAccount.version + 1)
        .returning(CreatorAccount.id)
    )
    return (await session.execute(statement)).one_or_none() is not None


async def note_session_event(
    session: WriteSession, owner: UUID, account_id: UUID, moment: datetime, received_at: datetime
) -> bool:
    """Remember the newest event about the account's session. False: it is not the newest, or the account was connected
    after it came, which proved more than it can tell.
    """
    columns = (CreatorAccount.session_event_at, CreatorAccount.session_event_received_at)
    known, place = tuple_(*columns), tuple_(moment, received_at, types=[column.type for column in columns])
    statement = (
        update(CreatorAccount)
        .where(
            CreatorAccount.user_id == owner,
            CreatorAccount.id == account_id,
            CreatorAccount.connected_at < received_at,
            or_(CreatorAccount.session_event_at.is_(None), known < place),
        )
        .values(session_event_at=moment, session_event_received_at=received_at)
        .returning(CreatorAccount.id)
    )
    return (await session.execute(statement)).one_or_none() is not None


async def move_status(
    session: WriteSession, owner: UUID, account_id: UUID, before: str, status: str, detail: str | None
) -> bool:
    """Change the status of an account that has the status `before`. False when it has another."""
    statement = (
        update(CreatorAccount)
        .where(CreatorAccount.user_id == owner, CreatorAccount.id == account_id, CreatorAccount.status == before)
        .values(status=status, status_detail=detail, version=CreatorAccount.version + 1)
        .returning(CreatorAccount.id)
    )
    return (await session.execute(statement)).one_or_none() is not None


async def adopt(session: WriteSession, owner: UUID, account: CreatorAccount) -> None:
    """Fans and conversations kept before any account of the platform was connected become this account's."""
    for model in (Fan, Conversation):
        await session.execute(
            update(model)
            .where(model.user_id == owner, model.platform == account.platform, model.creator_account_id.is_(None))
            .values(creator_account_id=account.id)
        )


async def unread_conversations(session: ReadSession, owner: UUID, ids: Sequence[UUID]) -> dict[UUID | None, int]:
    """For each account, how many of its conversations have unread messages; deleted fans' are not counted."""
    query = (
        select(Conversation.creator_account_id, func.count())
        .join(Fan, and_(Fan.user_id == Conversation.user_id, Fan.id == Conversation.fan_id))
        .where(Conversation.user_id == owner, Fan.user_id == owner)
        .where(
            Conversation.creator_account_id.in_(ids),
            Conversation.unread_count > 0,
            Fan.deleted_at.is_(None),
        )
        .group_by(Conversation.creator_account_id)
    )
    return {row[0]: row[1] for row in await session.execute(query)}
