"""The account's own session at the platform: it ends, and is back. Sending stops and goes on with it."""

from __future__ import annotations

from db.models import CreatorAccount
from db.queries import creator_accounts, lanes
from db.unit_of_work import UnitOfWork
from services.live import events
from services.platforms.inbound_sessions import InboundSession


async def follow_session(work: UnitOfWork, account: CreatorAccount, told: InboundSession) -> None:
    """CONNECTED becomes SESSION_EXPIRED, and that CONNECTED again; no other status is touched by an event.

    The newest event counts, by its own moment, and of one moment the one received last. What was received before the
    account was last connected here counts no more: connecting proves that the session stands.
    """
    owner = account.user_id
    newest = await creator_accounts.note_session_event(work.session, owner, account.id, told.moment, told.received_at)
    if not newest:
        return
    before, after = ("SESSION_EXPIRED", "CONNECTED") if told.stands else ("CONNECTED", "SESSION_EXPIRED")
    if await creator_accounts.move_status(work.session, owner, account.id, before, after, told.detail):
        if told.stands:
            # Whoever sends finds the lane of a stopped account and lets it sleep.
            await lanes.mark_due(work.session, account.platform, account.account_id)
        work.emit(owner, events.account_updated(account.id))
