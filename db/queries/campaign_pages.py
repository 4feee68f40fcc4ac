"""Pages of campaigns, and of many campaigns at once their audiences and messages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import aliased

from db.engine import ReadSession
from db.models import Campaign, CampaignRecipient, Fan, Message
from db.queries.keyset import Page, Position, Window
from db.queries.row_order import ordering, page, within

LIST_KINDS = (datetime, UUID)
AUDIENCE_KINDS = (int,)
MESSAGE_KINDS = (UUID,)

_BY_AGE = (Campaign.created_at, Campaign.id)


@dataclass(frozen=True, slots=True)
class Listed:
    """Which campaigns; what is None narrows nothing."""

    status: str | None = None
    account_ids: tuple[UUID, ...] | None = None


async def read_list(session: ReadSession, owner: UUID, listed: Listed, window: Window) -> Page[Campaign]:
    """Newest first."""
    query = select(Campaign).where(Campaign.user_id == owner, *_conditions(listed))
    rows = (await session.scalars(within(query, _BY_AGE, window, descending=True))).all()
    return page(rows, window, lambda campaign: (campaign.created_at, campaign.id))


async def count_list(session: ReadSession, owner: UUID, listed: Listed) -> int:
    query = select(func.count()).select_from(Campaign).where(Campaign.user_id == owner, *_conditions(listed))
    return await session.scalar(query) or 0


def _conditions(listed: Listed) -> Iterator[ColumnElement[bool]]:
    if listed.status is not None:
        yield Campaign.status == listed.status
    if listed.account_ids is not None:
        yield Campaign.creator_account_id.in_(listed.account_ids)


async def audiences(
    session: ReadSession, owner: UUID, campaign_ids: Sequence[UUID], window: Window
) -> dict[UUID, Page[tuple[Fan, int]]]:
    """The same window of each audience in one statement: fans with their place in it."""
    members = select(CampaignRecipient).where(
        CampaignRecipient.user_id == owner, CampaignRecipient.campaign_id == Campaign.id
    )
    member = aliased(
        CampaignRecipient, within(members, (CampaignRecipient.position,), window).correlate(Campaign).lateral()
    )
    query = (
        select(Campaign.id, Fan, member.position)
        .select_from(Campaign)
        .join(member, true())
        .join(Fan, Fan.id == member.fan_id)
        .where(Campaign.user_id == owner, Fan.user_id == owner, Campaign.id.in_(campaign_ids))
        .order_by(*ordering((member.position,), window.backwards))
    )
    read: dict[UUID, list[tuple[Fan, int]]] = {campaign_id: [] for campaign_id in campaign_ids}
    for campaign_id, fan, position in await session.execute(query):
        read[campaign_id].append((fan, position))
    return {campaign_id: page(rows, window, _place_in_audience) for campaign_id, rows in read.items()}


def _place_in_audience(member: tuple[Fan, int]) -> Position:
    return (member[1],)


async def messages(
    session: ReadSession, owner: UUID, campaign_ids: Sequence[UUID], window: Window, status: str | None
) -> dict[UUID, Page[Message]]:
    """The same window of each campaign's messages in one statement, in the order of the audience."""
    of_it = select(Message).where(Message.user_id == owner, Message.campaign_id == Campaign.id)
    if status is not None:
        of_it = of_it.where(Message.status == status)
    shown = aliased(Message, within(of_it, (Message.id,), window).correlate(Campaign).lateral())
    query = (
        select(shown)
        .select_from(Campaign)
        .join(shown, true())
        .where(Campaign.user_id == owner, Campaign.id.in_(campaign_ids))
        .order_by(*ordering((shown.id,), window.backwards))
    )
    read: dict[UUID, list[Message]] = {campaign_id: [] for campaign_id in campaign_ids}
    for message in (await session.scalars(query)).all():
        assert message.campaign_id is not None
        read[message.campaign_id].append(message)
    return {campaign_id: page(rows, window, _id_of) for campaign_id, rows in read.items()}


def _id_of(message: Message) -> Position:
    return (message.id,)
