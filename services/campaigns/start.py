"""The start of a campaign: one message row for each recipient, all in one transaction. Nothing leaves here."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func

from db.models import Campaign, Conversation, Fan, Message, new_id
from db.queries import campaigns, conversations
from db.unit_of_work import UnitOfWork
from services.campaigns.plan import text_for
from services.live import events
from services.search.words import indexed

NOW = func.clock_timestamp()
DELETED = "The fan was deleted before the campaign started."


async def start(work: UnitOfWork, campaign: Campaign) -> tuple[Campaign, list[Message]]:
    """Make a locked campaign ACTIVE. Gives it as it now stands, and the messages to be queued after the commit.

    Who was deleted since the audience was frozen has a cancelled message, so that the numbers add up.
    """
    owner, session = campaign.user_id, work.session
    audience = await campaigns.audience(session, owner, campaign.id)
    talks = await conversations.ensure_many(session, owner, audience)
    made = [_message(campaign, fan, talks[fan.id]) for fan in audience]
    session.add_all(made)
    await session.flush()
    for message in made:
        work.emit(owner, events.message_added(message))
    values: dict[str, Any] = {"status": "ACTIVE", "status_detail": None, "started_at": NOW}
    active = await campaigns.change(session, owner, campaign.id, **values)
    return active, [message for message in made if message.status == "PENDING"]


def _message(campaign: Campaign, fan: Fan, talk: Conversation) -> Message:
    text = text_for(campaign.content, fan)
    gone = fan.deleted_at is not None
    return Message(
        user_id=campaign.user_id,
        id=new_id(),
        conversation_id=talk.id,
        fan_id=fan.id,
        creator_account_id=campaign.creator_account_id,
        campaign_id=campaign.id,
        direction="OUT",
        origin="CAMPAIGN",
        sent_by=campaign.sent_by,
        text="" if gone else text,
        price_cents=campaign.price_cents,
        attachments=[] if gone else [{**stored, "id": str(new_id())} for stored in campaign.attachments],
        priority=campaign.priority,
        search=None if gone else func.array_to_tsvector(indexed(campaign.user_id, [text])),
        status="CANCELLED" if gone else "PENDING",
        failure_reason=DELETED if gone else None,
    )
