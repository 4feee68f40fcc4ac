"""What a queue message does when it arrives at a worker: it makes its account's lane due, and that is all."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func

from db.models import Message
from db.queries import creator_accounts, messages
from db.unit_of_work import Transactions, UnitOfWork
from services.live import events
from services.monitoring.metrics import Metric

NOW = func.clock_timestamp()


async def arrive(transactions: Transactions, owner: UUID, message_id: UUID) -> Message | None:
    """Mark the message queued, if the API has not done so yet, and its lane due. None: there is no such message.

    Doing it again, for a queue that delivers more than once, changes nothing.
    """
    async with transactions() as work:
        message = await messages.get(work.session, owner, message_id)
        if message is not None:
            await enter_queue(work, message)
        return message


async def enter_queue(work: UnitOfWork, message: Message) -> None:
    """PENDING becomes QUEUED unless it is scheduled for later; whoever is first does it, with the event."""
    due = func.coalesce(Message.scheduled_at, NOW) <= NOW
    moved = await messages.move(
        work.session,
        message.user_id,
        message.id,
        ("PENDING",),
        due,
        status="QUEUED",
        queued_at=func.coalesce(Message.queued_at, NOW),
    )
    if moved is not None:
        work.count(Metric.QUEUED)
        work.emit(message.user_id, events.message_updated(moved))
    # The API may have marked it queued between our look and our move; the lane is due either way.
    if message.status in {"PENDING", "QUEUED"}:
        await mark_lane(work, message.user_id, message.creator_account_id)


async def mark_lane(work: UnitOfWork, owner: UUID, account_id: UUID | None) -> None:
    """Somebody should look at the lane of this account, if there is one."""
    account = account_id and await creator_accounts.get(work.session, owner, account_id)
    if account:
        work.mark_due(account.platform, account.account_id)
