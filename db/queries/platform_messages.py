"""What is known here under the id that a platform has given a message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, exists, or_, select

from db.engine import ReadSession
from db.kept import columns, kept, made
from db.models import Message, MessageRemoval, Payment


async def heard_of(session: ReadSession, owner: UUID, creator_account_id: UUID, platform_message_id: str) -> bool:
    """Whether a message, a payment or a deletion has named it already. Of most messages nothing was heard before."""
    values = {"owner": owner, "account": creator_account_id, "known_as": platform_message_id}
    return bool(await _heard_of.value(session, **values))


@kept
def _heard_of() -> Any:
    return select(
        or_(
            *(
                exists().where(
                    table.user_id == bindparam("owner"),
                    table.creator_account_id == bindparam("account"),
                    table.platform_message_id == bindparam("known_as"),
                )
                for table in (Message, Payment, MessageRemoval)
            )
        )
    )


async def find(session: ReadSession, owner: UUID, creator_account_id: UUID, platform_message_id: str) -> Message | None:
    values = {"owner": owner, "account": creator_account_id, "known_as": platform_message_id}
    return None if (row := await _found.row(session, **values)) is None else made(Message, row)


@kept
def _found() -> Any:
    return select(*columns(Message)).where(
        Message.user_id == bindparam("owner"),
        Message.creator_account_id == bindparam("account"),
        Message.platform_message_id == bindparam("known_as"),
    )


async def known(
    session: ReadSession, owner: UUID, creator_account_id: UUID, platform_message_ids: Sequence[str]
) -> set[str]:
    """Those of the platform's ids that some message here has."""
    query = select(Message.platform_message_id).where(
        Message.user_id == owner,
        Message.creator_account_id == creator_account_id,
        Message.platform_message_id.in_(platform_message_ids),
    )
    return {found for found in await session.scalars(query) if found is not None}
