"""Follow a `messages.sent`: nothing new, the proof of a message of ours, or one that was sent in the platform's app."""

from __future__ import annotations

import structlog

from db.models import CreatorAccount
from db.queries import creator_accounts, fans, platform_messages
from db.unit_of_work import UnitOfWork
from services.conversations.sent_elsewhere import take_in_sent
from services.platforms.interface import InboundEnvelope
from services.platforms.sent_messages import AnnouncedMessage, announced_message
from services.sending.matching import CLOCKS_DIFFER, WITHIN, could_be, proven
from services.sending.proof import ANNOUNCED, candidates, prove

log = structlog.get_logger(service="webhooks")


async def message_sent(work: UnitOfWork, account: CreatorAccount, envelope: InboundEnvelope) -> None:
    """Apply it once, however often it comes. Raises MalformedWebhook before anything is changed.

    Where several messages of ours could be it, none is proven; the platform's message is then taken in beside them,
    since the fan has it, and goes once one of ours gets its id.
    """
    sent = announced_message(envelope)
    await creator_accounts.hold(work.session, account.user_id, account.id)
    # Under the hold: an answer to our own call that is being recorded gives it its id first.
    known = await platform_messages.find(work.session, account.user_id, account.id, sent.copy.platform_message_id)
    if known is None and not await _is_ours(work, account, sent):
        await take_in_sent(work, account, sent)


async def _is_ours(work: UnitOfWork, account: CreatorAccount, sent: AnnouncedMessage) -> bool:
    owner, copy = account.user_id, sent.copy
    fan = await fans.by_platform_id(work.session, owner, account.id, sent.recipient.platform_fan_id)
    if fan is None:
        return False
    earliest, latest = copy.sent_at - WITHIN, copy.sent_at + CLOCKS_DIFFER
    ours = await candidates(work.session, account, fan.id, earliest, latest)
    for candidate, found in proven(ours, [copy]):
        await prove(work, account, candidate, found, ANNOUNCED)
        return True
    if several := sum(could_be(candidate, copy) for candidate in ours):
        log.info("sent_message_ambiguous", action="match", candidates=several, userId=str(owner))
    return False
