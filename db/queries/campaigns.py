"""Campaigns and their frozen audiences, one by one. Pages of them are in `campaign_pages`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, exists, func, insert, or_, select, update

from db.engine import ReadSession, WriteSession
from db.kept import columns, kept, made
from db.models import Campaign, CampaignRecipient, Fan, Message
from db.owner_guard import crossing
from db.queries.rows_by_id import rows_by_id
from db.queries.unknowns import REPEATING

NOW = func.clock_timestamp()

OPEN = or_(Message.status.in_(("PENDING", "QUEUED", "SENDING")), REPEATING)
"""Messages that will still go on by themselves."""


async def get(session: ReadSession, owner: UUID, campaign_id: UUID) -> Campaign | None:
    return await session.get(Campaign, (owner, campaign_id), populate_existing=True)


async def get_many(session: ReadSession, owner: UUID, ids: Sequence[UUID]) -> Sequence[Campaign]:
    return await rows_by_id(session, Campaign, owner, ids)


async def lock(session: WriteSession, owner: UUID, campaign_id: UUID, *, wait: bool = True) -> Campaign | None:
    """The campaign, locked. Without `wait`: None also while somebody else holds it."""
    if not wait:
        row = await _lock_if_free.row(session, owner=owner, campaign=campaign_id)
        return None if row is None else made(Campaign, row)
    query = select(Campaign).where(Campaign.user_id == owner, Campaign.id == campaign_id)
    return await session.scalar(query.with_for_update().execution_options(populate_existing=True))


async def lock_many(session: WriteSession, owner: UUID, ids: Sequence[UUID]) -> None:
    """In one order, so that two who lock several never wait for each other in a ring."""
    query = select(Campaign).where(Campaign.user_id == owner, Campaign.id.in_(ids)).order_by(Campaign.id)
    await session.execute(query.with_for_update().execution_options(populate_existing=True))


@kept
def _lock_if_free() -> Any:
    found = (Campaign.user_id == bindparam("owner"), Campaign.id == bindparam("campaign"))
    return select(*columns(Campaign)).where(*found).with_for_update(skip_locked=True)


async def change(session: WriteSession, owner: UUID, campaign_id: UUID, **values: Any) -> Campaign:
    statement = (
        update(Campaign)
        .where(Campaign.user_id == owner, Campaign.id == campaign_id)
        .values(version=Campaign.version + 1, **values)
        .returning(Campaign)
    )
    return (await session.scalars(statement, execution_options={"populate_existing": True})).one()


async def freeze_audience(session: WriteSession, campaign: Campaign, fan_ids: Sequence[UUID]) -> None:
    """One row for each recipient, in order."""
    rows = [
        {"user_id": campaign.user_id, "campaign_id": campaign.id, "fan_id": fan_id, "position": position}
        for position, fan_id in enumerate(fan_ids)
    ]
    await session.execute(insert(CampaignRecipient), rows)


async def replace_audience(session: WriteSession, campaign: Campaign, fan_ids: Sequence[UUID]) -> None:
    """Of a campaign that has not started."""
    await session.execute(
        delete(CampaignRecipient).where(
            CampaignRecipient.user_id == campaign.user_id, CampaignRecipient.campaign_id == campaign.id
        )
    )
    await freeze_audience(session, campaign, fan_ids)


async def audience(session: ReadSession, owner: UUID, campaign_id: UUID) -> Sequence[Fan]:
    """The fans of a frozen audience, deleted ones included, in order."""
    query = (
        select(Fan)
        .join(CampaignRecipient, (CampaignRecipient.user_id == Fan.user_id) & (CampaignRecipient.fan_id == Fan.id))
        .where(Fan.user_id == owner, CampaignRecipient.user_id == owner, CampaignRecipient.campaign_id == campaign_id)
        .order_by(CampaignRecipient.position)
    )
    return (await session.scalars(query)).all()


async def reopen(session: WriteSession, owner: UUID, ids: Sequence[UUID]) -> None:
    """A completed campaign with messages to send again is active again, or nobody would send them."""
    await session.execute(
        update(Campaign)
        .where(Campaign.user_id == owner, Campaign.id.in_(ids), Campaign.status == "COMPLETED")
        .values(status="ACTIVE", completed_at=None, watched_since=NOW, version=Campaign.version + 1)
        .execution_options(synchronize_session=False)
    )


async def has_open_messages(session: ReadSession, owner: UUID, campaign_id: UUID) -> bool:
    return bool(await _has_open_messages.value(session, owner=owner, campaign=campaign_id))


@kept
def _has_open_messages() -> Any:
    hers = (Message.user_id == bindparam("owner"), Message.campaign_id == bindparam("campaign"))
    return select(exists().where(*hers, OPEN))


async def last_outcomes(
    session: ReadSession, owner: UUID, campaign_id: UUID, since: datetime | None, limit: int
) -> list[tuple[str, str | None]]:
    """(status, failure reason) of the messages that ended last, the newest first; cancelled ones are no outcome."""
    query = (
        select(Message.status, Message.failure_reason)
        .where(
            Message.user_id == owner,
            Message.campaign_id == campaign_id,
            Message.finished_at.is_not(None),
            Message.status.in_(("SENT", "DELIVERED", "FAILED", "UNKNOWN")),
        )
        .order_by(Message.finished_at.desc(), Message.id.desc())
        .limit(limit)
    )
    if since is not None:
        query = query.where(Message.finished_at > since)
    return [(row[0], row[1]) for row in await session.execute(query)]


async def next_due(session: WriteSession) -> tuple[Campaign, datetime] | None:
    """A scheduled campaign whose time has come, with the time now; locked, those in other hands passed over."""
    query = (
        select(Campaign, NOW)
        .where(Campaign.status == "SCHEDULED", Campaign.scheduled_at <= NOW)
        .order_by(Campaign.scheduled_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = (await session.execute(query, execution_options=crossing("campaigns that are due"))).one_or_none()
    return None if row is None else (row[0], row[1])


async def over(session: WriteSession, limit: int) -> Sequence[Campaign]:
    """Active campaigns of which nothing waited and nothing was being sent a moment ago, now locked.

    Whoever held one in that moment may have put messages back: the caller asks again.
    """
    waits = exists().where(Message.user_id == Campaign.user_id, Message.campaign_id == Campaign.id, OPEN)
    query = select(Campaign).where(Campaign.status == "ACTIVE", ~waits).limit(limit).with_for_update(skip_locked=True)
    return (await session.scalars(query, execution_options=crossing("campaigns that are over"))).all()
