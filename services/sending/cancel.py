"""Take a message back while it is not yet being sent."""

from __future__ import annotations

from uuid import UUID

from db.models import Message
from db.queries import conversations, messages
from db.unit_of_work import Transactions, UnitOfWork
from services.live import events
from services.problems import Code, Problem, Rejected, not_found
from services.sending.arrive import mark_lane

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
    # It may have held another back. Afterwards, since whoever sends locks the lane first and messages then.
    async with transactions() as work:
        await mark_lane(work, owner, cancelled.creator_account_id)
    return cancelled


async def _refusal(work: UnitOfWork, owner: UUID, message_id: UUID) -> Rejected:
    message = await messages.get(work.session, owner, message_id)
    if message is None:
        return not_found("message", ("id",))
    return Rejected(Problem(Code.CONFLICT, TOO_LATE.get(message.status, USUAL_TOO_LATE), ("id",)))
