"""Erase a fan: what is known of her is removed for good, everywhere; counts and revenue stay.

Removed are her fields, what she and the user wrote, attachments, requests to the platform, reasons for failures (they
may quote), the hashes of what was sent, the webhooks about her, her rows in files of imports and what such files
called her. The rows of ours stay: messages without text, live events (which hold ids alone, so that a replay shows
the tombstone), payments with their amounts, moments and the platform's ids of payment and message, by which a repeat
is recognised. Waiting messages are cancelled. A message that is being sent reaches her, because the worker holds it
already; `services.fans.leftovers` clears what its end leaves behind. She is not recognised any more: if she writes
again, she is a new fan.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

from db.engine import WriteSession
from db.queries import fan_departures, fans
from db.unit_of_work import UnitOfWork
from services.fans import journal
from services.fans.delete import Deleted, cancel_waiting
from services.fans.imports.forget import forget as forget_rows
from services.fans.imports.forget import hold as hold_imports
from services.live import events
from services.problems import not_found

Step = Callable[[WriteSession, UUID, UUID], Awaitable[None]]
"""Removes what one table knows of a fan, given the owner and the fan's id."""

STEPS: tuple[Step, ...] = (
    forget_rows,
    fan_departures.forget_hashes,
    fan_departures.blank_attempts,
    fan_departures.blank_messages,
    fan_departures.blank_fan,
)


async def erase(work: UnitOfWork, owner: UUID, fan_id: UUID) -> Deleted:
    """In one transaction. Raises Rejected: NOT_FOUND for an unknown fan and for one who was erased before."""
    known = await fans.get(work.session, owner, fan_id)
    if known is None or known.erased_at is not None:
        raise not_found("fan", ("id",))
    # A webhook is locked before its fan, as by the worker; those that came in meanwhile are looked for again.
    await journal.forget(work.session, known)
    await hold_imports(work.session, owner)
    fan = await fans.lock(work.session, owner, fan_id)
    if fan is None or fan.erased_at is not None:
        raise not_found("fan", ("id",))
    conversation_id = await cancel_waiting(work, fan)
    await journal.forget(work.session, fan, skip_locked=True)
    deleted = events.fan_deleted(fan, conversation_id)
    for step in STEPS:
        await step(work.session, owner, fan_id)
    work.emit(owner, deleted)
    return Deleted(fan_id, conversation_id)
