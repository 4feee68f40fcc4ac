"""Take a fan's message into her conversation, making both if need be."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func

from db.models import CreatorAccount, Fan, Message
from db.queries import conversations, creator_accounts, message_removals, platform_messages
from db.unit_of_work import UnitOfWork
from services.conversations import appearing
from services.conversations.message_id import message_id
from services.fans.meeting import meet
from services.live import events
from services.platforms.interface import InboundMessage
from services.rules import UNSTORABLE
from services.search.words import indexed
from services.sending.accept import attachment


async def take_in(work: UnitOfWork, account: CreatorAccount, incoming: InboundMessage) -> None:
    """Store the message once, however often and in whatever order the platform tells of it.

    One that was deleted before we heard of it is stored as removed, and nobody is told of it.
    """
    owner = account.user_id
    # One after another: two first messages of a fan at once would make two of her.
    await creator_accounts.hold(work.session, owner, account.id)
    if await platform_messages.find(work.session, owner, account.id, incoming.platform_message_id):
        return
    fan = await meet(work, account, incoming.author, incoming.sent_at)
    conversation = await conversations.ensure(work.session, fan)
    message = _message(fan, account, incoming, conversation.id)
    message.removed_at = await message_removals.moment(work.session, owner, account.id, incoming.platform_message_id)
    message.read = message.removed_at is not None
    work.session.add(message)
    await work.session.flush()
    if message.removed_at is None:
        work.emit(owner, events.message_added(message))
        work.emit(owner, events.conversation_updated(await conversations.put_last(work.session, message)))
    await appearing.link_payment(work, message)


def _message(fan: Fan, account: CreatorAccount, incoming: InboundMessage, conversation_id: UUID) -> Message:
    text = UNSTORABLE.sub("", incoming.text)
    return Message(
        user_id=fan.user_id,
        id=message_id(account.id, incoming.platform_message_id, incoming.sent_at),
        conversation_id=conversation_id,
        fan_id=fan.id,
        creator_account_id=account.id,
        direction="IN",
        origin="FAN",
        text=text,
        search=func.array_to_tsvector(indexed(fan.user_id, [text])),
        price_cents=incoming.price_cents,
        attachments=[attachment(media) for media in incoming.media],
        status="RECEIVED",
        platform_message_id=incoming.platform_message_id,
        created_at=incoming.sent_at,
        placed_at=incoming.sent_at,
    )
