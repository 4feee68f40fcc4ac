"""Take in what the creator has sent to a fan in the platform's own app."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func

from db.models import CreatorAccount, Fan, Message
from db.queries import conversations, message_removals
from db.unit_of_work import UnitOfWork
from services.conversations import appearing
from services.conversations.message_id import message_id
from services.fans.meeting import meet
from services.live import events
from services.platforms.sent_messages import AnnouncedMessage
from services.rules import UNSTORABLE
from services.search.words import indexed
from services.sending.accept import attachment


async def take_in_sent(work: UnitOfWork, account: CreatorAccount, sent: AnnouncedMessage) -> None:
    """Store a message whose platform id is not known here; the caller holds the account.

    One that was deleted before we heard of it is stored as removed, and nobody is told of it.
    """
    owner, platform_id = account.user_id, sent.copy.platform_message_id
    fan = await meet(work, account, sent.recipient, None)
    conversation = await conversations.ensure(work.session, fan)
    message = _message(fan, account, sent, conversation.id)
    message.removed_at = await message_removals.moment(work.session, owner, account.id, platform_id)
    work.session.add(message)
    await work.session.flush()
    if message.removed_at is None:
        work.emit(owner, events.message_added(message))
        work.emit(owner, events.conversation_updated(await conversations.put_last(work.session, message)))
    await appearing.link_payment(work, message)


def _message(fan: Fan, account: CreatorAccount, sent: AnnouncedMessage, conversation_id: UUID) -> Message:
    """Never queued and never processed here, so that no count of our own sending holds it."""
    copy = sent.copy
    text = UNSTORABLE.sub("", copy.text)
    return Message(
        user_id=fan.user_id,
        id=message_id(account.id, copy.platform_message_id, copy.sent_at),
        conversation_id=conversation_id,
        fan_id=fan.id,
        creator_account_id=account.id,
        direction="OUT",
        origin="PLATFORM_APP",
        text=text,
        search=func.array_to_tsvector(indexed(fan.user_id, [text])),
        price_cents=copy.price_cents,
        attachments=[attachment(media) for media in sent.media],
        status="SENT",
        platform_message_id=copy.platform_message_id,
        sent_at=copy.sent_at,
        created_at=copy.sent_at,
        placed_at=copy.sent_at,
    )
