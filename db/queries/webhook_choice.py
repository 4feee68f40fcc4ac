"""Which deliveries of the journal an operator means: by user, account, kind, time, status or id."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import String, and_, cast, or_, select
from sqlalchemy.sql.elements import ColumnElement

from db.engine import ReadSession
from db.models import CreatorAccount, User, WebhookDelivery
from db.owner_guard import crossing
from db.queries.row_order import behind, ordering


@dataclass(frozen=True, slots=True)
class Choice:
    """All that is given must hold. `owner`: a token's subject, or the id of logs; `account`: the platform's own id."""

    owner: str | None = None
    account: str | None = None
    kind: str | None = None
    since: datetime | None = None
    status: str | None = None
    ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """What is shown of a delivery: never its body."""

    owner: UUID
    id: UUID
    received_at: datetime
    subject: str
    platform: str
    account: str
    kind: str
    status: str
    attempts: int
    next_try_at: datetime | None
    detail: str | None


async def chosen(
    session: ReadSession,
    choice: Choice,
    limit: int,
    after: tuple[datetime, UUID] | None = None,
    *,
    newest_first: bool = False,
) -> Sequence[Listed]:
    """The deliveries that are meant, across users, oldest first; those behind a place (received at, id)."""
    place = (WebhookDelivery.received_at, WebhookDelivery.id)
    query = (
        select(
            WebhookDelivery.user_id,
            WebhookDelivery.id,
            WebhookDelivery.received_at,
            User.subject,
            CreatorAccount.platform,
            CreatorAccount.account_id,
            WebhookDelivery.kind,
            WebhookDelivery.status,
            WebhookDelivery.attempts,
            WebhookDelivery.next_try_at,
            WebhookDelivery.detail,
        )
        .join(User, User.id == WebhookDelivery.user_id)
        .join(
            CreatorAccount,
            and_(
                CreatorAccount.user_id == WebhookDelivery.user_id,
                CreatorAccount.id == WebhookDelivery.creator_account_id,
            ),
        )
        .where(*_conditions(choice))
        .order_by(*ordering(place, newest_first))
        .limit(limit)
    )
    if after is not None:
        query = query.where(behind(place, after, descending=newest_first))
    rows = await session.execute(query, execution_options=crossing("webhooks an operator asks for"))
    return [Listed(*row) for row in rows]


def _conditions(choice: Choice) -> Iterator[ColumnElement[bool]]:
    if choice.owner is not None:
        yield or_(User.subject == choice.owner, cast(User.id, String) == choice.owner.lower())
    if choice.account is not None:
        yield CreatorAccount.account_id == choice.account
    if choice.kind is not None:
        yield WebhookDelivery.kind == choice.kind
    if choice.since is not None:
        yield WebhookDelivery.received_at >= choice.since
    if choice.status is not None:
        yield WebhookDelivery.status == choice.status
    if choice.ids:
        yield WebhookDelivery.id.in_(choice.ids)
