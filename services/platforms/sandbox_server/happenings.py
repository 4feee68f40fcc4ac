"""The control addresses by which something happens: each event of the gateway, over a signed webhook."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.platforms.sandbox_server import notices
from services.platforms.sandbox_server.accounts import Account
from services.platforms.sandbox_server.chats import ChatMessage
from services.platforms.sandbox_server.control import cents_or_refusal, form_of
from services.platforms.sandbox_server.fans import SandboxFan
from services.platforms.sandbox_server.forms import (
    EventForm,
    FanForm,
    MessageForm,
    SessionForm,
    SubscriptionForm,
    TipForm,
    UnlockForm,
)
from services.platforms.sandbox_server.platform import SandboxPlatform
from services.platforms.sandbox_server.refusals import Refusal
from services.platforms.webhook import (
    MESSAGE_DELETED,
    MESSAGE_UNLOCKED,
    SUBSCRIPTION_NEW,
    SUBSCRIPTION_RENEWED,
    TIP_RECEIVED,
)


class Happenings:
    """One method for each address. All answer with the event that was announced."""

    def __init__(self, platform: SandboxPlatform) -> None:
        self._platform = platform
        self.addresses = (
            *(self.unlock, self.tip, self.subscribe, self.renew),
            *(self.delete, self.expire, self.reconnect, self.event),
        )

    async def unlock(self, request: Request) -> Response:
        """POST /control/unlock: a fan pays for a message; also for one the sandbox does not know."""
        form = await form_of(request, UnlockForm)
        account, message = self._account(form.account_id), self._message(form.account_id, form.message_id)
        fan = self._fan(form.fan) if form.fan else message and self._platform.fans.get(message.chat_id)
        cents = cents_or_refusal(form.amount) or (message and message.price_cents)
        if not fan or not cents:
            raise Refusal(422, "INVALID", "Say which fan unlocks it, and for how much.")
        number, now = self._number()
        payload = notices.unlock(number, account, fan, str(form.message_id), cents, now)
        return self._announced(account, MESSAGE_UNLOCKED, payload)

    async def tip(self, request: Request) -> Response:
        """POST /control/tip: a fan tips."""
        form = await form_of(request, TipForm)
        account, cents = self._account(form.account_id), cents_or_refusal(form.amount)
        if not cents:
            raise Refusal(422, "INVALID", "amount: a tip is not for free")
        number, now = self._number()
        return self._announced(account, TIP_RECEIVED, notices.tip(number, account, self._fan(form.fan), cents, now))

    async def subscribe(self, request: Request) -> Response:
        """POST /control/subscribe: a fan subscribes."""
        return await self._subscription(request, SUBSCRIPTION_NEW)

    async def renew(self, request: Request) -> Response:
        """POST /control/renew: a fan's subscription is renewed."""
        return await self._subscription(request, SUBSCRIPTION_RENEWED)

    async def delete(self, request: Request) -> Response:
        """POST /control/delete: a message is deleted; also one the sandbox does not know."""
        form = await form_of(request, MessageForm)
        account = self._account(form.account_id)
        if message := self._message(form.account_id, form.message_id):
            self._platform.chats.remove(message)
        return self._announced(account, MESSAGE_DELETED, {"id": form.message_id})

    async def expire(self, request: Request) -> Response:
        """POST /control/expire: the account's session ends; it sends and reads nothing until it is back."""
        return await self._session(request, "accounts.session_expired", stands=False)

    async def reconnect(self, request: Request) -> Response:
        """POST /control/reconnect: the account's session is back."""
        return await self._session(request, "accounts.reconnected", stands=True)

    async def event(self, request: Request) -> Response:
        """POST /control/event: any event with any payload."""
        form = await form_of(request, EventForm)
        return self._announced(self._account(form.account_id), form.event, form.payload)

    async def _subscription(self, request: Request, event: str) -> Response:
        form = await form_of(request, SubscriptionForm)
        account, cents = self._account(form.account_id), cents_or_refusal(form.price) or 0
        number, now = self._number()
        renewed = event == SUBSCRIPTION_RENEWED
        payload = notices.subscription(number, account, self._fan(form.fan), cents, now, renewed=renewed)
        return self._announced(account, event, payload)

    async def _session(self, request: Request, event: str, *, stands: bool) -> Response:
        account = replace(self._account((await form_of(request, SessionForm)).account_id), session=stands)
        self._platform.accounts.register(account)
        return self._announced(account, event, notices.session(account, self._platform.clock.now()))

    def _account(self, account_id: str) -> Account:
        if not (account := self._platform.accounts.get(account_id)):
            raise Refusal(404, "NOT_FOUND", "There is no such account.")
        return account

    def _fan(self, form: FanForm) -> SandboxFan:
        return self._platform.fans.introduce(SandboxFan(str(form.id), form.username, form.name))

    def _message(self, account_id: str, message_id: int | str) -> ChatMessage | None:
        number = str(message_id)
        return self._platform.chats.find(account_id, int(number)) if number.isascii() and number.isdigit() else None

    def _number(self) -> tuple[int, datetime]:
        """A notification's id, of the same sort as a message's, and the moment."""
        now = self._platform.clock.now()
        return self._platform.chats.next_id(now), now

    def _announced(self, account: Account, event: str, payload: dict[str, Any]) -> Response:
        self._platform.announce(account, event, payload)
        return JSONResponse({"event": event, "payload": payload})
