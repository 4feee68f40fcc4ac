"""Look into the chats of messages whose repeats brought no proof: is exactly one copy there that can be nothing else?

Claim, call, record: no session is open while the platform is asked. Nothing is sent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from db.models import CreatorAccount, Message
from db.queries import clock, creator_accounts, fans, messages, platform_messages, unknowns
from db.unit_of_work import Transactions, UnitOfWork
from services.accounts.credentials import UNREADABLE, CredentialsUnreadable, Vault
from services.platforms.interface import Credentials, CredentialsRejected, PlatformUnavailable, SentCopy
from services.platforms.registry import Adapters
from services.sending.matching import CLOCKS_DIFFER, proven
from services.sending.proof import READ_BACK, candidates, prove
from services.sending.record import stop_account
from services.sending.repeats import next_read_back

log = structlog.get_logger(service="sending")

BATCH = 20
IN_HAND = timedelta(minutes=2)
"""Nobody else looks meanwhile, so long as ten pages may take; after it another may, should this worker have died."""


@dataclass(frozen=True, slots=True)
class Chat:
    """One fan's chat, and the messages to look for there. `since`: none of them left before."""

    account: CreatorAccount
    fan_id: UUID
    platform_fan_id: str
    message_ids: tuple[UUID, ...]
    since: datetime


class Reconciler:
    def __init__(self, transactions: Transactions, adapters: Adapters, vault: Vault) -> None:
        self._transactions = transactions
        self._adapters = adapters
        self._vault = vault

    async def look(self) -> int:
        """One round; gives how many chats were asked for."""
        chats = await self._take()
        for chat in chats:
            await self._look_into(chat)
        return len(chats)

    async def _take(self) -> list[Chat]:
        """Chats whose turn it is. What cannot be looked for is left to a person."""
        async with self._transactions() as work:
            of_chat = defaultdict[tuple[UUID, UUID | None, UUID], list[Message]](list)
            for row in await unknowns.to_read_back(work.session, BATCH):
                of_chat[row.user_id, row.creator_account_id, row.fan_id].append(row)
            found = [await self._chat(work, rows) for rows in of_chat.values()]
            return [chat for chat in found if chat is not None]

    async def _chat(self, work: UnitOfWork, rows: Sequence[Message]) -> Chat | None:
        owner, account_id = rows[0].user_id, rows[0].creator_account_id
        assert account_id is not None
        account = await creator_accounts.get(work.session, owner, account_id)
        fan = await fans.get(work.session, owner, rows[0].fan_id)
        assert account is not None
        assert fan is not None
        adapter = self._adapters.adapter_for(account.platform)
        since = await unknowns.first_call(work.session, owner, [row.id for row in rows])
        if adapter is None or not adapter.capabilities.read_back or fan.platform_fan_id is None or since is None:
            await _put_off(work, owner, rows, None)
            return None
        await _put_off(work, owner, rows, await clock.now(work.session) + IN_HAND)
        return Chat(account, fan.id, fan.platform_fan_id, tuple(row.id for row in rows), since - CLOCKS_DIFFER)

    async def _look_into(self, chat: Chat) -> None:
        try:
            copies = await self._copies(chat)
        except CredentialsRejected as rejected:
            async with self._transactions() as work:
                await stop_account(work, chat.account, rejected.status, rejected.reason)
            return
        async with self._transactions() as work:
            settled = await _settle(work, chat, copies)
        ids = {"userId": str(chat.account.user_id), "recipientId": str(chat.fan_id)}
        log.info("chat_read_back", action="read_back", unknown=len(chat.message_ids), settled=settled, **ids)

    async def _copies(self, chat: Chat) -> list[SentCopy]:
        """None found where the platform cannot be asked. Raises CredentialsRejected."""
        adapter = self._adapters.adapter_for(chat.account.platform)
        assert adapter is not None
        try:
            key = self._vault.open(chat.account.api_key_encrypted)
            credentials = Credentials(chat.account.account_id, key)
            return await adapter.read_back(credentials, chat.platform_fan_id, chat.since)
        except CredentialsUnreadable as unreadable:
            raise CredentialsRejected("INVALID_CREDENTIALS", UNREADABLE) from unreadable
        except PlatformUnavailable as unavailable:
            log.warning("chat_not_read", action="read_back", reason=str(unavailable), userId=str(chat.account.user_id))
            return []


async def _settle(work: UnitOfWork, chat: Chat, copies: Sequence[SentCopy]) -> int:
    """Give what is proven its platform id, and the rest its next look. Gives how many were proven."""
    session, account = work.session, chat.account
    await creator_accounts.hold(session, account.user_id, account.id)
    now = await clock.now(session)
    ours = await candidates(session, account, chat.fan_id, chat.since, now)
    known = await platform_messages.known(
        session, account.user_id, account.id, [copy.platform_message_id for copy in copies]
    )
    pairs = proven(ours, [copy for copy in copies if copy.platform_message_id not in known])
    for candidate, copy in pairs:
        await prove(work, account, candidate, copy, READ_BACK)
    rest = set(chat.message_ids) - {candidate.message_id for candidate, _ in pairs}
    for row in await messages.lock_many(session, account.user_id, sorted(rest)):
        looked = row.read_backs + 1
        await _put_off(work, account.user_id, [row], next_read_back(now, looked), read_backs=looked)
    return len(pairs)


async def _put_off(
    work: UnitOfWork, owner: UUID, rows: Sequence[Message], until: datetime | None, **values: int
) -> None:
    await messages.move_many(work.session, owner, [row.id for row in rows], ("UNKNOWN",), not_before=until, **values)
