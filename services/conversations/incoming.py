"""Take a fan's message into her conversation, making both if need be."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import func

from db.models import CreatorAccount, Fan, Message, new_id
from db.queries import conversations, creator_accounts, fans, messages
from db.unit_of_work import UnitOfWork
from services.fans import handles
from services.fans.create import MAX_HANDLE, MAX_NAME, searchable
from services.live import events
from services.platforms.interface import InboundMessage
from services.rules import UNSTORABLE
from services.search.words import indexed
from services.sending.accept import attachment


async def take_in(work: UnitOfWork, account: CreatorAccount, incoming: InboundMessage) -> None:
    """Store the message once, however often and in whatever order the platform tells of it."""
    owner, incoming = account.user_id, _storable(incoming)
    # One after another: two first messages of a fan at once would make two of her.
    await creator_accounts.hold(work.session, owner, account.id)
    if await messages.by_platform_id(work.session, owner, account.id, incoming.platform_message_id):
        return
    fan = await _fan(work, account, incoming)
    conversation = await conversations.ensure(work.session, fan)
    message = _message(fan, account, incoming, conversation_id=conversation.id)
    work.session.add(message)
    await work.session.flush()
    work.emit(owner, events.message_added(message))
    work.emit(owner, events.conversation_updated(await conversations.put_last(work.session, message)))


def _storable(incoming: InboundMessage) -> InboundMessage:
    """Without what PostgreSQL cannot store, and without a name or handle that is none."""
    handle = _cleaned(incoming.handle)
    return replace(
        incoming,
        handle=handle if handle and handles.key(handle) else None,
        name=_cleaned(incoming.name),
        avatar=_cleaned(incoming.avatar),
        text=UNSTORABLE.sub("", incoming.text),
    )


def _cleaned(text: str | None) -> str | None:
    return None if text is None else UNSTORABLE.sub("", text).strip() or None


async def _fan(work: UnitOfWork, account: CreatorAccount, incoming: InboundMessage) -> Fan:
    """By the platform's id, then by handle, else new. A deleted fan who writes is back."""
    session, owner = work.session, account.user_id
    found = await fans.by_platform_id(session, owner, account.id, incoming.platform_fan_id)
    if found is None and incoming.handle:
        by_handle = await fans.by_handle(session, owner, account.platform, account.id, handles.key(incoming.handle))
        # A handle that already belongs to another platform id was given up and taken by somebody else.
        found = by_handle if by_handle is not None and by_handle.platform_fan_id is None else None
    if found is None:
        return await _new_fan(work, account, incoming)
    seen = max(found.last_seen_at or incoming.sent_at, incoming.sent_at)
    values = {"platform_fan_id": incoming.platform_fan_id, "last_seen_at": seen, "deleted_at": None}
    changed = await fans.change(session, owner, found.id, **values)
    assert changed is not None
    work.emit(owner, events.fan_updated(changed))
    return changed


async def _new_fan(work: UnitOfWork, account: CreatorAccount, incoming: InboundMessage) -> Fan:
    handle = incoming.handle[:MAX_HANDLE] if incoming.handle else None
    taken = handle is not None and await fans.by_handle(
        work.session, account.user_id, account.platform, account.id, handles.key(handle)
    )
    fan = Fan(
        user_id=account.user_id,
        id=new_id(),
        creator_account_id=account.id,
        platform=account.platform,
        platform_fan_id=incoming.platform_fan_id,
        name=(incoming.name or handle or "Fan")[:MAX_NAME],
        handle=handles.normalised(handle) if handle and not taken else None,
        handle_key=handles.key(handle) if handle and not taken else None,
        avatar=incoming.avatar,
        last_seen_at=incoming.sent_at,
    )
    fan.search = searchable(fan)
    work.session.add(fan)
    await work.session.flush()
    work.emit(account.user_id, events.fan_updated(fan))
    return fan


def _message(fan: Fan, account: CreatorAccount, incoming: InboundMessage, conversation_id: object) -> Message:
    return Message(
        user_id=fan.user_id,
        id=new_id(),
        conversation_id=conversation_id,
        fan_id=fan.id,
        creator_account_id=account.id,
        direction="IN",
        origin="FAN",
        text=incoming.text,
        search=func.array_to_tsvector(indexed(fan.user_id, [incoming.text])),
        price_cents=incoming.price_cents,
        attachments=[attachment(media) for media in incoming.media],
        read=False,
        status="RECEIVED",
        platform_message_id=incoming.platform_message_id,
        created_at=incoming.sent_at,
        placed_at=incoming.sent_at,
    )
