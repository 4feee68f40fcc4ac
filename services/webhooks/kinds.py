"""What is done for each kind of event. What is not here is journalled and ignored, such as `users.typing`.

A handler reads the whole envelope before it changes anything: one that cannot be read raises MalformedWebhook, and has
changed nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from db.models import CreatorAccount
from db.unit_of_work import UnitOfWork
from services.accounts.session import follow_session
from services.conversations.incoming import take_in
from services.conversations.removal import take_out
from services.payments.receive import take_payment
from services.platforms import inbound, inbound_payments, inbound_sessions, webhook
from services.platforms.interface import InboundEnvelope
from services.webhooks.sent_messages import message_sent

Handler = Callable[[UnitOfWork, CreatorAccount, InboundEnvelope], Awaitable[None]]


async def _message_received(work: UnitOfWork, account: CreatorAccount, envelope: InboundEnvelope) -> None:
    await take_in(work, account, inbound.received_message(envelope))


async def _message_deleted(work: UnitOfWork, account: CreatorAccount, envelope: InboundEnvelope) -> None:
    assert envelope.received_at is not None
    await take_out(work, account, inbound.removed_message(envelope), envelope.received_at)


async def _message_unlocked(work: UnitOfWork, account: CreatorAccount, envelope: InboundEnvelope) -> None:
    await take_payment(work, account, inbound_payments.unlock(envelope))


async def _tip_received(work: UnitOfWork, account: CreatorAccount, envelope: InboundEnvelope) -> None:
    await take_payment(work, account, inbound_payments.tip(envelope))


async def _subscription_new(work: UnitOfWork, account: CreatorAccount, envelope: InboundEnvelope) -> None:
    await take_payment(work, account, inbound_payments.subscription(envelope, renewed=False))


async def _subscription_renewed(work: UnitOfWork, account: CreatorAccount, envelope: InboundEnvelope) -> None:
    await take_payment(work, account, inbound_payments.subscription(envelope, renewed=True))


async def _session_changed(work: UnitOfWork, account: CreatorAccount, envelope: InboundEnvelope) -> None:
    await follow_session(work, account, inbound_sessions.session(envelope))


HANDLERS: Mapping[str, Handler] = {
    webhook.MESSAGE_RECEIVED: _message_received,
    webhook.MESSAGE_SENT: message_sent,
    webhook.MESSAGE_DELETED: _message_deleted,
    webhook.MESSAGE_UNLOCKED: _message_unlocked,
    webhook.TIP_RECEIVED: _tip_received,
    webhook.SUBSCRIPTION_NEW: _subscription_new,
    webhook.SUBSCRIPTION_RENEWED: _subscription_renewed,
    **dict.fromkeys((*inbound_sessions.STANDS, *inbound_sessions.ENDED), _session_changed),
}
