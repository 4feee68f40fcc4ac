"""What is known here under the id that a platform has given a message."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, exists, or_, select

from db.engine import ReadSession
from db.kept import kept
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
