"""Take a webhook in: check the signature, journal the body as it came, wake a worker. Nothing is worked on here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import structlog

from db.engine import Database
from db.models import CreatorAccount
from db.queries import creator_accounts, webhook_deliveries
from db.unit_of_work import Transactions
from services.accounts.credentials import CredentialsUnreadable, Vault
from services.platforms.interface import Adapter, InboundEnvelope, MalformedWebhook
from services.platforms.registry import Adapters
from services.runtime.clock import Clock
from services.sending.payload import MessageType
from services.sending.queue import RateLimiterQueue

log = structlog.get_logger(service="webhooks")

MAX_DELIVERY_KEY = 255
MAX_KIND = 100


class NoSuchPlatform(Exception):
    """No adapter takes webhooks under this name."""


class SignatureRefused(Exception):
    """Wrong or missing signature, or an account nobody has connected: the two are not told apart."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook as it came over HTTP. `key`: the platform's own name for this delivery, if it gave one."""

    platform: str
    body: bytes = field(repr=False)
    signature: str | None
    key: str | None


@dataclass(frozen=True, slots=True)
class Journalled:
    """Where a delivery is kept: whose it is, and its id."""

    owner: UUID
    delivery_id: UUID


class WebhookReceiver:
    def __init__(
        self,
        database: Database,
        transactions: Transactions,
        adapters: Adapters,
        vault: Vault,
        queue: RateLimiterQueue,
        clock: Clock,
    ) -> None:
        self._database = database
        self._transactions = transactions
        self._adapters = adapters
        self._vault = vault
        self._queue = queue
        self._clock = clock

    async def receive(self, delivery: Delivery) -> Journalled | None:
        """Journal the webhook; `wake` is to follow the answer. None: it was there already.

        Raises NoSuchPlatform, MalformedWebhook, SignatureRefused; then nothing is stored.
        """
        adapter = self._adapters.adapter_for(delivery.platform)
        if adapter is None:
            raise NoSuchPlatform(delivery.platform)
        envelope = adapter.parse_webhook(delivery.body)
        account = await self._verified(adapter, delivery, envelope)
        async with self._transactions() as work:
            delivery_id = await webhook_deliveries.record(
                work.session, account.user_id, account.id, _key(delivery), envelope.kind[:MAX_KIND], delivery.body
            )
        known, ids = delivery_id is None, {"delivery": str(delivery_id), "userId": str(account.user_id)}
        log.info("webhook_received", action="receive", kind=envelope.kind[:MAX_KIND], known=known, **ids)
        return None if delivery_id is None else Journalled(account.user_id, delivery_id)

    async def wake(self, journalled: Journalled) -> None:
        """Tell a worker. Where the queue is away the sweeper finds the row; the platform has its answer either way."""
        await self._queue.wake(MessageType.WEBHOOK, journalled.delivery_id, journalled.owner)

    async def _verified(self, adapter: Adapter, delivery: Delivery, envelope: InboundEnvelope) -> CreatorAccount:
        if not envelope.account_id or len(envelope.account_id) > 255 or "\x00" in envelope.account_id:
            raise MalformedWebhook("account_id")
        async with self._database.reads() as session:
            account = await creator_accounts.in_use(session, delivery.platform, envelope.account_id)
        if account is not None:
            for secret in self._secrets(account, self._clock.now()):
                if adapter.verify_webhook(secret, delivery.body, delivery.signature):
                    return account
        log.warning("signature_refused", action="verify", platform=delivery.platform, known=account is not None)
        raise SignatureRefused

    def _secrets(self, account: CreatorAccount, now: datetime) -> Iterator[str]:
        """The present secret and, for a day after a change, the former one."""
        former = account.former_webhook_secret_encrypted
        still_valid = account.former_webhook_secret_until is not None and account.former_webhook_secret_until > now
        for sealed in (account.webhook_secret_encrypted, former if still_valid else None):
            if sealed is None:
                continue
            try:
                yield self._vault.open(sealed)
            except CredentialsUnreadable:
                log.error("secret_unreadable", action="verify", userId=str(account.user_id))


def _key(delivery: Delivery) -> str:
    """The platform's key recognises a replay; without one (it gives none to `users.typing` and the like) the body does.

    A key that cannot be kept as it is goes by its hash.
    """
    if not delivery.key:
        return hashlib.sha256(delivery.body).hexdigest()
    if len(delivery.key) <= MAX_DELIVERY_KEY and delivery.key.isprintable():
        return delivery.key
    return hashlib.sha256(delivery.key.encode(errors="replace")).hexdigest()
