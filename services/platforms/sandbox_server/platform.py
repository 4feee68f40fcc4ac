"""All the sandbox knows and does, apart from HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.platforms.sandbox_server import wire
from services.platforms.sandbox_server.accounts import Account, Accounts
from services.platforms.sandbox_server.arrivals import Arrivals
from services.platforms.sandbox_server.background import Background
from services.platforms.sandbox_server.chats import ChatMessage, Chats
from services.platforms.sandbox_server.fans import Fans, SandboxFan
from services.platforms.sandbox_server.faults import Faults
from services.platforms.sandbox_server.keys import Keys
from services.platforms.sandbox_server.uploads import Uploads
from services.platforms.sandbox_server.webhooks import Webhooks
from services.platforms.webhook import MESSAGE_RECEIVED, MESSAGE_SENT
from services.runtime.clock import Clock


@dataclass(frozen=True, slots=True)
class Draft:
    """A message before it has an id; `text` is plain."""

    text: str
    price_cents: int | None = None
    media: tuple[int | str, ...] = ()
    previews: tuple[int | str, ...] = ()


class SandboxPlatform:
    """Accounts, fans and what they write to each other."""

    def __init__(self, clock: Clock, webhooks: Webhooks, kept_arrivals: int) -> None:
        self.accounts = Accounts()
        self.arrivals = Arrivals(kept_arrivals)
        self.chats = Chats()
        self.fans = Fans()
        self.faults = Faults(clock)
        self.keys = Keys()
        self.uploads = Uploads()
        self.background = Background()
        self.clock = clock
        self._webhooks = webhooks

    def deliver(self, account: Account, chat_id: str, draft: Draft) -> ChatMessage:
        """Put the account's message into the chat, announce it, and let the fan think about an answer."""
        message = self._add(account, chat_id, draft, from_fan=False)
        if account.announce_sent:
            self._announce_message(account, MESSAGE_SENT, message)
        if account.reply_after_seconds is not None:
            self.background.start(self._reply(account.account_id, chat_id, account.reply_after_seconds))
        return message

    def fan_writes(self, account: Account, fan: SandboxFan, draft: Draft) -> ChatMessage:
        """A fan's message, announced by webhook."""
        message = self._add(account, fan.fan_id, draft, from_fan=True)
        self._announce_message(account, MESSAGE_RECEIVED, message)
        return message

    async def _reply(self, account_id: str, chat_id: str, after_seconds: float) -> None:
        await self.clock.sleep(after_seconds)
        if account := self.accounts.get(account_id):
            self.fan_writes(account, self.fans.get(chat_id), Draft(self.fans.next_words(chat_id)))

    def _add(self, account: Account, chat_id: str, draft: Draft, from_fan: bool) -> ChatMessage:
        now = self.clock.now()
        message = ChatMessage(
            id=self.chats.next_id(now),
            account_id=account.account_id,
            chat_id=chat_id,
            from_fan=from_fan,
            text=draft.text,
            price_cents=draft.price_cents,
            media=draft.media,
            previews=draft.previews,
            created_at=now,
        )
        self.chats.add(message)
        return message

    def announce(self, account: Account, event: str, payload: dict[str, Any]) -> None:
        """Tell the account's webhook address, if it has one."""
        if account.webhook_url is not None:
            self.background.start(self._webhooks.announce(account, event, payload))

    def _announce_message(self, account: Account, event: str, message: ChatMessage) -> None:
        self.announce(account, event, wire.message_json(message, self.fans.get(message.chat_id)))
