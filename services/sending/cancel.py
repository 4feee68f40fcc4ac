"""Take a message back while it is not yet being sent."""

from __future__ import annotations

from uuid import UUID

from db.models import Message
from db.queries import conversations, creator_accounts, lanes, messages
from db.unit_of_work import Transactions, UnitOfWork
from services.live import events
from services.problems import Code, Problem, Rejected, not_found

WAITING = ("PENDING", "QUEUED")

TOO_LATE = {
    "SENDING": "It is being sent at this moment.",
    "CANCELLED": "It was cancelled before.",
    "RECEIVED": "It came from the fan.",
    "FAILED": "It failed and is not waiting to be sent.",
}
USUAL_TOO_LATE = "It was sent, or may have been."


async def cancel(transactions: Transactions, owner: UUID, message_id: UUID) -> Message:
    """The cancelled message, which is never sent. Raises Rejected: NOT_FOUND; CONFLICT once it is being sent or later.

    One that was sent again by hand is unknown as before: its first call may have delivered it. A worker that has
    reserved a slot for it finds it gone before anything leaves, and gives the slot back.
    """
    async with transactions() as work:
        values = {"status": messages.ended("CANCELLED"), "not_before": None}
        cancelled = await messages.move(work.session, owner, message_id, WAITING, **values)
        if cancelled is None:
            raise await _refusal(work, owner, message_id)
        work.emit(owner, events.message_updated(cancelled))
        if before := await conversations.take_back_last(work.session, cancelled):
            work.emit(owner, events.conversation_updated(before))
    await _wake_lane(transactions, cancelled)
    return cancelled


async def _refusal(work: UnitOfWork, owner: UUID, message_id: UUID) -> Rejected:
    message = await messages.get(work.session, owner, message_id)
    if message is None:
        return not_found("message", ("id",))
    return Rejected(Problem(Code.CONFLICT, TOO_LATE.get(message.status, USUAL_TOO_LATE), ("id",)))


async def _wake_lane(transactions: Transactions, message: Message) -> None:
    """It may have held another back. Afterwards, since whoever sends locks the lane first and messages then."""
    if message.creator_account_id is None:
        return
    async with transactions() as work:
        account = await creator_accounts.get(work.session, message.user_id, message.creator_account_id)
        if account is not None:
            await lanes.mark_due(work.session, account.platform, account.account_id)
