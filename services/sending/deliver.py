"""Deliver a claimed message: prepare, mark the point of no return, call the platform, record what it answered.

No database session is open while the platform is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import structlog

from db.queries import fans
from db.unit_of_work import Transactions
from services.accounts.credentials import UNREADABLE, CredentialsUnreadable, Vault
from services.live import events
from services.platforms.interface import (
    AccountStopped,
    Adapter,
    Answer,
    Credentials,
    CredentialsRejected,
    Media,
    NotSent,
    OutgoingMessage,
    PlatformUnavailable,
    PreparedRequest,
    Refused,
    RequestRefused,
)
from services.platforms.registry import Adapters
from services.runtime.clock import Clock
from services.sending.claim import Claim
from services.sending.dispatch import leave
from services.sending.record import Recorder
from services.sending.reservation import Reservations

log = structlog.get_logger(service="sending")

WRITE_WITHIN_SECONDS = 2.0
"""A worker that has not begun to write the request so long after it marked the attempt gives it up (`delivery.md`)."""

LEASE_BEYOND_TIMEOUT_SECONDS = 5.0


class Deliverer:
    """Sends one claimed message at a time; several may run side by side."""

    def __init__(
        self,
        transactions: Transactions,
        adapters: Adapters,
        vault: Vault,
        recorder: Recorder,
        reservations: Reservations,
        clock: Clock,
        platform_timeout_seconds: float,
        stopping: Callable[[], bool],
    ) -> None:
        self._transactions = transactions
        self._adapters = adapters
        self._vault = vault
        self._recorder = recorder
        self._reservations = reservations
        self._clock = clock
        self._stopping = stopping
        self._dispatch_lease = timedelta(seconds=platform_timeout_seconds + LEASE_BEYOND_TIMEOUT_SECONDS)

    async def deliver(self, claim: Claim) -> None:
        """Bring one message to its platform, or find out why not."""
        adapter = self._adapters.adapter_for(claim.account.platform)
        if adapter is None:
            await self._recorder.record(claim, Refused(f"{claim.account.platform} is not supported here."))
            return
        prepared = await self._reservations.during(claim, partial(self._prepare, adapter, claim))
        if prepared is None or (isinstance(prepared, tuple) and self._stopping()):
            await self._recorder.give_back(claim)
            return
        if not isinstance(prepared, tuple):
            await self._recorder.record(claim, prepared)
            return
        credentials, request = prepared
        # Before the mark is stored: its lease in the database has begun by the time the commit is through.
        marked_at = self._clock.monotonic()
        key = await self._pass_the_point_of_no_return(adapter, claim, request)
        if key is None:
            return
        answer = await adapter.send(
            credentials, request, key, lambda: self._clock.monotonic() - marked_at < WRITE_WITHIN_SECONDS
        )
        await self._recorder.record(claim, answer)

    async def _prepare(self, adapter: Adapter, claim: Claim) -> tuple[Credentials, PreparedRequest] | Answer:
        """Everything that sends nothing: the key, the fan's id, uploads. A failure here is a certain one."""
        try:
            credentials = Credentials(claim.account.account_id, self._vault.open(claim.account.api_key_encrypted))
            if claim.message.request is not None:
                return credentials, PreparedRequest(**claim.message.request)
            platform_fan_id = claim.fan.platform_fan_id or await self._look_up(adapter, credentials, claim)
            if platform_fan_id is None:
                return Refused("The platform knows no fan with this handle.")
            return credentials, await adapter.prepare(credentials, platform_fan_id, _outgoing(claim))
        except CredentialsUnreadable:
            return AccountStopped("INVALID_CREDENTIALS", UNREADABLE)
        except CredentialsRejected as rejected:
            return AccountStopped(rejected.status, rejected.reason)
        except RequestRefused as refused:
            return Refused(str(refused))
        except PlatformUnavailable as unavailable:
            return NotSent(str(unavailable))

    async def _look_up(self, adapter: Adapter, credentials: Credentials, claim: Claim) -> str | None:
        """The platform's id of a fan known by handle; kept, so that it is asked once."""
        found = await adapter.find_fan(credentials, claim.fan.handle or "")
        if found is None:
            return None
        async with self._transactions() as work:
            holder = await fans.by_platform_id(work.session, claim.owner, claim.account.id, found.platform_fan_id)
            if holder is None:
                values = {"platform_fan_id": found.platform_fan_id}
                fan = await fans.change(work.session, claim.owner, claim.fan.id, **values)
                if fan is not None:
                    work.emit(claim.owner, events.fan_updated(fan, claim.message.conversation_id))
        return found.platform_fan_id

    async def _pass_the_point_of_no_return(
        self, adapter: Adapter, claim: Claim, request: PreparedRequest
    ) -> str | None:
        """The key, once it is committed that the request is about to leave. None: the message or the slot is gone."""
        async with self._transactions() as work:
            key = await leave(work, claim, request, self._dispatch_lease, adapter.capabilities)
            if key is not None:
                return key
            await work.abandon()
        await self._recorder.give_back(claim)
        log.info("slot_given_back", action="dispatch", messageId=str(claim.message.id), userId=str(claim.owner))
        return None


def _outgoing(claim: Claim) -> OutgoingMessage:
    media = tuple(
        Media(item["type"], item["url"], item["platformMediaId"], item["preview"]) for item in claim.message.attachments
    )
    return OutgoingMessage(claim.message.text, claim.message.price_cents, media)
