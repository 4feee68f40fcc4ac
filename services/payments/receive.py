"""Take in what a fan has paid: the payment, her value, the message she unlocked, and the news of it, once."""

from __future__ import annotations

from uuid import UUID

from db.models import CreatorAccount, Fan, Message, Payment
from db.queries import conversations, creator_accounts, payments, platform_messages
from db.queries.payments import NewPayment
from db.unit_of_work import UnitOfWork
from services.fans.meeting import meet
from services.live import events
from services.payments.purchase import mark_purchased
from services.platforms.inbound_payments import InboundPayment

RAISE_VALUE = frozenset({"UNLOCK", "TIP"})
"""What counts as a fan's value. Subscriptions are stored, and add nothing to it."""


async def take_payment(work: UnitOfWork, account: CreatorAccount, paid: InboundPayment) -> None:
    """However often and in whatever order it is told, also before its message. Known already, it changes nothing."""
    owner = account.user_id
    await creator_accounts.hold(work.session, owner, account.id)
    if await payments.is_known(work.session, owner, account.id, paid.kind, paid.key, paid.platform_message_id):
        return
    worth = paid.amount_cents if paid.kind in RAISE_VALUE else 0
    fan = await meet(work, account, paid.fan, paid.paid_at if paid.deliberate else None, worth)
    payment = await payments.store(work.session, owner, _new(account, fan, paid))
    assert payment is not None
    message = await _unlocked(work, payment)
    if message is not None:
        await payments.link(work.session, owner, payment.id, message)
        await mark_purchased(work, message, payment)
    if paid.amount_cents:
        work.emit(owner, events.payment_received(payment, message, await _conversation(work, fan)))


def _new(account: CreatorAccount, fan: Fan, paid: InboundPayment) -> NewPayment:
    return NewPayment(
        creator_account_id=account.id,
        fan_id=fan.id,
        kind=paid.kind,
        amount_cents=paid.amount_cents,
        payment_key=paid.key,
        platform_message_id=paid.platform_message_id,
        paid_at=paid.paid_at,
    )


async def _unlocked(work: UnitOfWork, payment: Payment) -> Message | None:
    """The message, if it is known already; `services.conversations.appearing` links one that comes later."""
    if payment.platform_message_id is None:
        return None
    message = await platform_messages.find(
        work.session, payment.user_id, payment.creator_account_id, payment.platform_message_id
    )
    return message if message is not None and message.fan_id == payment.fan_id else None


async def _conversation(work: UnitOfWork, fan: Fan) -> UUID | None:
    talks = await conversations.of_fans(work.session, fan.user_id, [fan.id])
    return talks[0].id if talks else None
