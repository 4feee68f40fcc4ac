"""Work on journalled webhooks: each once, in any order. After a fault again, with longer and longer pauses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

import structlog

from db.models import WebhookDelivery
from db.queries import creator_accounts, webhook_deliveries
from db.unit_of_work import Transactions, UnitOfWork
from services.monitoring.logs import traced
from services.platforms.interface import MalformedWebhook
from services.platforms.registry import Adapters
from services.webhooks.kinds import HANDLERS, Handler
from services.webhooks.pauses import pause_after

log = structlog.get_logger(service="webhooks")


@dataclass(frozen=True, slots=True)
class Outcome:
    """`done`, `ignored`, or `failed` for one that cannot be read; `detail` says why it was not done."""

    status: str
    detail: str | None = None


class WebhookWorker:
    def __init__(
        self, transactions: Transactions, adapters: Adapters, handlers: Mapping[str, Handler] = HANDLERS
    ) -> None:
        self._transactions = transactions
        self._adapters = adapters
        self._handlers = handlers

    async def work_on(self, owner: UUID, delivery_id: UUID) -> None:
        """Apply one delivery, once; nothing if that was done, is being done, or is to be done later. Never raises.

        A fault puts it off, and after the last try it is given up: it stays journalled, and can be replayed.
        """
        try:
            async with self._transactions() as work:
                delivery = await webhook_deliveries.take(work.session, owner, delivery_id)
                if delivery is not None:
                    await self._work_on(work, delivery)
        except Exception as error:
            log.error("webhook_failed", action="work", delivery=str(delivery_id), userId=str(owner), **traced(error))
            await self._put_off(owner, delivery_id, type(error).__name__)

    async def work_again(self, owner: UUID, delivery_id: UUID) -> Outcome | None:
        """Apply a delivery whatever became of it before; what it did already is not done twice. None: it is gone.

        Raises what goes wrong; then it is as it was.
        """
        async with self._transactions() as work:
            delivery = await webhook_deliveries.take_again(work.session, owner, delivery_id)
            return None if delivery is None else await self._work_on(work, delivery)

    async def _work_on(self, work: UnitOfWork, delivery: WebhookDelivery) -> Outcome:
        """In one transaction with its mark in the journal."""
        outcome = await self._apply(work, delivery)
        owner, ids = delivery.user_id, {"delivery": str(delivery.id), "userId": str(delivery.user_id)}
        await webhook_deliveries.finish(work.session, owner, delivery.id, outcome.status, outcome.detail)
        tell = log.warning if outcome.status == "failed" else log.info
        tell("webhook_finished", action=delivery.kind, status=outcome.status, detail=outcome.detail, **ids)
        return outcome

    async def _apply(self, work: UnitOfWork, delivery: WebhookDelivery) -> Outcome:
        if not delivery.body:
            return Outcome("ignored", "the fan was erased")
        account = await creator_accounts.get(work.session, delivery.user_id, delivery.creator_account_id)
        assert account is not None
        adapter, handler = self._adapters.adapter_for(account.platform), self._handlers.get(delivery.kind)
        if adapter is None or handler is None:
            return Outcome("ignored", "nothing is done for this kind of event")
        try:
            envelope = replace(adapter.parse_webhook(delivery.body), received_at=delivery.received_at)
            await handler(work, account, envelope)
        except MalformedWebhook as malformed:
            return Outcome("failed", str(malformed)[:200])
        return Outcome("done")

    async def _put_off(self, owner: UUID, delivery_id: UUID, fault: str) -> None:
        """Where even that cannot be stored the delivery waits as it is, and the sweeper finds it."""
        try:
            async with self._transactions() as work:
                tries = await webhook_deliveries.attempts(work.session, owner, delivery_id)
                if tries is None:
                    return
                pause = pause_after(tries + 1)
                if pause is None:
                    detail = f"given up after {tries + 1} tries: {fault}"
                    await webhook_deliveries.finish(work.session, owner, delivery_id, "failed", detail)
                    log.error("webhook_given_up", action="work", delivery=str(delivery_id), userId=str(owner))
                else:
                    await webhook_deliveries.put_off(work.session, owner, delivery_id, pause, fault)
        except Exception as error:
            log.error("webhook_not_put_off", action="work", delivery=str(delivery_id), **traced(error))
