"""Work on journalled webhooks: each once, in any order. A fault leaves the delivery for the sweeper."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

import structlog

from db.models import CreatorAccount, WebhookDelivery
from db.queries import creator_accounts, webhook_deliveries
from db.unit_of_work import Transactions, UnitOfWork
from services.conversations.incoming import take_in
from services.platforms import inbound
from services.platforms.interface import InboundEnvelope, MalformedWebhook
from services.platforms.registry import Adapters
from services.platforms.webhook import MESSAGE_RECEIVED

log = structlog.get_logger(service="webhooks")

MOST_TRIES = 10

Handler = Callable[[UnitOfWork, CreatorAccount, InboundEnvelope], Awaitable[None]]


async def _message_received(work: UnitOfWork, account: CreatorAccount, envelope: InboundEnvelope) -> None:
    await take_in(work, account, inbound.received_message(envelope))


HANDLERS: dict[str, Handler] = {MESSAGE_RECEIVED: _message_received}


class WebhookWorker:
    def __init__(self, transactions: Transactions, adapters: Adapters) -> None:
        self._transactions = transactions
        self._adapters = adapters

    async def work_on(self, owner: UUID, delivery_id: UUID) -> None:
        """Apply one delivery, once. Raises what went wrong; after MOST_TRIES it is given up and stays journalled."""
        try:
            await self._work_once(owner, delivery_id)
        except Exception:
            await self._count_failure(owner, delivery_id)
            raise

    async def _work_once(self, owner: UUID, delivery_id: UUID) -> None:
        """In one transaction with its mark in the journal. Nothing, if it was applied before."""
        async with self._transactions() as work:
            delivery = await webhook_deliveries.take(work.session, owner, delivery_id)
            if delivery is None:
                return
            status, detail = await self._apply(work, delivery)
            await webhook_deliveries.finish(work.session, owner, delivery_id, status, detail)
        log.info("webhook_finished", action=delivery.kind, status=status, detail=detail, userId=str(owner))

    async def _count_failure(self, owner: UUID, delivery_id: UUID) -> None:
        async with self._transactions() as work:
            if await webhook_deliveries.count_attempt(work.session, owner, delivery_id) >= MOST_TRIES:
                await webhook_deliveries.finish(work.session, owner, delivery_id, "failed", "given up after many tries")

    async def _apply(self, work: UnitOfWork, delivery: WebhookDelivery) -> tuple[str, str | None]:
        account = await creator_accounts.get(work.session, delivery.user_id, delivery.creator_account_id)
        assert account is not None
        adapter = self._adapters.adapter_for(account.platform)
        handler = HANDLERS.get(delivery.kind)
        if adapter is None or handler is None:
            return "ignored", "nothing is done for this kind of event"
        try:
            await handler(work, account, adapter.parse_webhook(delivery.body))
        except MalformedWebhook as malformed:
            return "failed", str(malformed)[:200]
        return "done", None
