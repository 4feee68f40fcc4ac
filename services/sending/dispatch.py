"""The point of no return: the commit after which a request may have left, whatever happens to the worker."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

from sqlalchemy import func

from db.models import Message
from db.queries import attempts, messages
from db.unit_of_work import UnitOfWork
from services.live import events
from services.platforms.interface import Capabilities, PreparedRequest
from services.sending.claim import Claim
from services.sending.repeats import window

NOW = func.clock_timestamp()


async def leave(
    work: UnitOfWork, claim: Claim, request: PreparedRequest, lease: timedelta, capabilities: Capabilities
) -> str | None:
    """Mark attempt and message; gives the key to send with. None: one of them is gone, and nothing may be committed."""
    if not await attempts.start_dispatch(work.session, claim.owner, claim.attempt.id, lease):
        return None
    moved = await (_repeat(work, claim, lease) if claim.repeat else _send(work, claim, request, capabilities))
    return moved.platform_key if moved else None


async def _send(work: UnitOfWork, claim: Claim, request: PreparedRequest, capabilities: Capabilities) -> Message | None:
    """The request and its key are stored with the moment until when they may be repeated."""
    message = claim.message
    repeats = window(of_campaign=message.campaign_id is not None) if capabilities.idempotent_send else None
    key = message.platform_key or str(message.id)
    moved = await messages.begin(work.session, claim.owner, message.id, asdict(request), key, repeats)
    if moved is not None:
        work.emit(claim.owner, events.message_updated(moved))
    return moved


async def _repeat(work: UnitOfWork, claim: Claim, lease: timedelta) -> Message | None:
    """It stays unknown meanwhile. Its next look comes after this call, or after its lease where nobody answers."""
    return await messages.move(
        work.session,
        claim.owner,
        claim.message.id,
        ("UNKNOWN",),
        Message.repeat_until > NOW,
        Message.platform_key == claim.message.platform_key,
        not_before=NOW + lease,
    )
