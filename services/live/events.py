"""Live events in our own words: what each step of the product tells an open inbox."""

from __future__ import annotations

from uuid import UUID

from db.models import Campaign, Conversation, Fan, Message, Payment
from db.queries.live_events import NewEvent

RESYNC_REQUIRED = "resync_required"


def message_added(message: Message) -> NewEvent:
    return _of_message("message_added", message)


def message_updated(message: Message) -> NewEvent:
    """Carries the message's status at this very step; the message itself is read when the event is delivered."""
    return _of_message("message_updated", message)


def message_removed(message: Message) -> NewEvent:
    return _of_message("message_removed", message)


def payment_received(payment: Payment, message: Message | None, conversation_id: UUID | None) -> NewEvent:
    """`message` is the one that was unlocked. The payment is read when the event is delivered."""
    return NewEvent(
        "payment_received",
        creator_account_id=payment.creator_account_id,
        conversation_id=conversation_id,
        fan_id=payment.fan_id,
        message_id=message.id if message else None,
        data={"payment": str(payment.id)},
    )


def conversation_updated(conversation: Conversation) -> NewEvent:
    return NewEvent(
        "conversation_updated",
        creator_account_id=conversation.creator_account_id,
        conversation_id=conversation.id,
        fan_id=conversation.fan_id,
    )


def fan_updated(fan: Fan, conversation_id: UUID | None = None) -> NewEvent:
    return fan_changed(fan.creator_account_id, fan.id, conversation_id)


def fan_changed(creator_account_id: UUID | None, fan_id: UUID, conversation_id: UUID | None) -> NewEvent:
    """The same where no row of the fan is at hand."""
    return NewEvent(
        "fan_updated", creator_account_id=creator_account_id, fan_id=fan_id, conversation_id=conversation_id
    )


def fan_deleted(fan: Fan, conversation_id: UUID | None) -> NewEvent:
    return fan_gone(fan.creator_account_id, fan.id, conversation_id)


def fan_gone(creator_account_id: UUID | None, fan_id: UUID, conversation_id: UUID | None = None) -> NewEvent:
    """The same where no row of the fan is at hand."""
    return NewEvent(
        "fan_deleted", creator_account_id=creator_account_id, fan_id=fan_id, conversation_id=conversation_id
    )


def resync_required() -> NewEvent:
    """More has changed at once than is told one by one: whoever watches fetches again."""
    return NewEvent(RESYNC_REQUIRED)


def account_updated(creator_account_id: UUID) -> NewEvent:
    return NewEvent("account_updated", creator_account_id=creator_account_id)


def campaign_updated(campaign: Campaign) -> NewEvent:
    """Shown by no inbox: it wakes those who watch the campaign."""
    return NewEvent("campaign_updated", creator_account_id=campaign.creator_account_id, campaign_id=campaign.id)


def _of_message(kind: str, message: Message) -> NewEvent:
    return NewEvent(
        kind,
        creator_account_id=message.creator_account_id,
        conversation_id=message.conversation_id,
        fan_id=message.fan_id,
        message_id=message.id,
        campaign_id=message.campaign_id,
        status=message.status,
    )
