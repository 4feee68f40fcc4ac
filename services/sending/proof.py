"""Messages of ours that could be one the platform has, and what follows once it is proven that one is.

Whoever asks holds the account first (`creator_accounts.hold`), so that two proofs of one account never meet. Attempts
are locked before their messages, as by whoever records an answer.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from db.engine import WriteSession
from db.models import CreatorAccount
from db.queries import attempts, lanes, messages, unknowns
from db.unit_of_work import UnitOfWork
from services.platforms.interface import SentCopy
from services.sending.matching import Call, Candidate, delivering_call
from services.sending.settle import delivered

ANNOUNCED = "The platform announced it."
READ_BACK = "It was found in the chat on the platform."


async def candidates(
    session: WriteSession, account: CreatorAccount, fan_id: UUID, earliest: datetime, latest: datetime
) -> list[Candidate]:
    """Messages to a fan, now locked, whose platform id is not known and which a call within these moments delivered or
    may have.
    """
    owner = account.user_id
    ids = await unknowns.without_platform_id(
        session, owner, account.platform, account.account_id, fan_id, earliest, latest
    )
    calls = defaultdict[UUID, list[Call]](list)
    for attempt in await unknowns.lock_calls(session, owner, ids):
        assert attempt.dispatched_at is not None
        calls[attempt.message_id].append(Call(attempt.id, attempt.dispatched_at))
    return [
        Candidate(row.id, row.text, row.price_cents, tuple(calls[row.id]))
        for row in await messages.lock_many(session, owner, list(calls))
    ]


async def prove(work: UnitOfWork, account: CreatorAccount, candidate: Candidate, copy: SentCopy, detail: str) -> None:
    """The message is sent, the call that delivered it says by what that was proven, and its conversation goes on."""
    message = await messages.get(work.session, account.user_id, candidate.message_id)
    assert message is not None
    await attempts.prove(work.session, account.user_id, delivering_call(candidate, copy).attempt_id, detail)
    await delivered(work, message, copy.platform_message_id, copy.sent_at)
    await lanes.mark_due(work.session, account.platform, account.account_id)
