"""What was told of a message before it was known here: that it was unlocked, or that it was deleted.

Whoever gives a message its platform id (a webhook, the answer to a send, a read-back) holds the account first
(`creator_accounts.hold`), as whoever works on an unlock or a deletion does, and calls `appeared` afterwards.
"""

from __future__ import annotations

from db.models import Message
from db.queries import message_removals, payments
from db.unit_of_work import UnitOfWork
from services.conversations.removal import remove_message
from services.payments.purchase import mark_purchased


async def appeared(work: UnitOfWork, message: Message) -> None:
    """Apply both to a message that has got its platform id."""
    if message.creator_account_id is None or message.platform_message_id is None:
        return
    await link_payment(work, message)
    removed_at = await message_removals.moment(
        work.session, message.user_id, message.creator_account_id, message.platform_message_id
    )
    if removed_at is not None:
        await remove_message(work, message, removed_at)


async def link_payment(work: UnitOfWork, message: Message) -> None:
    """A payment that came before its message finds it now."""
    if message.creator_account_id is None or message.platform_message_id is None:
        return
    payment = await payments.unlock_of(
        work.session, message.user_id, message.creator_account_id, message.platform_message_id
    )
    # The platform's word for two fans would be a mistake; then the payment stays without a message.
    if payment is not None and payment.message_id is None and payment.fan_id == message.fan_id:
        await payments.link(work.session, message.user_id, payment.id, message)
        await mark_purchased(work, message, payment)
