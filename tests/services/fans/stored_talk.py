"""A fan with a conversation, messages in every status, attempts, webhooks and idempotency keys."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from db.engine import Database
from db.models import Attempt, Conversation, CreatorAccount, Fan, IdempotencyKey, Message, WebhookDelivery, new_id
from db.models.messages import MESSAGE_STATUSES
from services.fans.indexing import searchable
from tests.stored import LONG_AGO, a_user, account, conversation, fan, message, reading, store

SECRET = "cherry brandy"
"""Stands in everything that is personal, so that a test can look for it."""


@dataclass(frozen=True, slots=True)
class Talk:
    """Everything of one fan; `messages` by their status."""

    owner: UUID
    account: CreatorAccount
    fan: Fan
    conversation: Conversation
    messages: dict[str, Message]

    async def statuses(self, database: Database) -> dict[str, str]:
        """What became of each message, by the status it had."""
        query = select(Message.id, Message.status).where(Message.user_id == self.owner)
        now = {row[0]: row[1] for row in await reading(database, lambda session: session.execute(query))}
        return {before: now[row.id] for before, row in self.messages.items()}


async def a_talk(database: Database, owner: UUID | None = None, platform_fan_id: str = "77", **values: Any) -> Talk:
    owner = owner or await a_user(database)
    home = account(owner, f"acct {platform_fan_id} {owner}")
    who = f"{SECRET} {platform_fan_id}"
    named = {"name": who, "handle": f"@{who}", "handle_key": who, "email": who, "avatar": who, "notes": who}
    person = fan(owner, home.id, tags=[who], platform_fan_id=platform_fan_id, value_cents=900, **named | values)
    person.last_seen_at = LONG_AGO
    person.search = searchable(person)
    talk = conversation(person)
    messages = {status: _message(talk, status) for status in MESSAGE_STATUSES}
    attempts = [_attempt(row, home) for row in messages.values()]
    keys = [
        IdempotencyKey(user_id=owner, operation="sendMessage", key=f"{platform_fan_id} {status}", input_hash=SECRET,
                       result_id=row.id)
        for status, row in messages.items()
    ]  # fmt: skip
    payload = {"id": 5, "text": SECRET, "fromUser": {"id": int(platform_fan_id), "username": who}}
    webhooks = [_webhook(home, f"{platform_fan_id} {status}", status, payload) for status in ("received", "done")]
    await store(database, home, person, talk, *messages.values(), *attempts, *keys, *webhooks)
    return Talk(owner, home, person, talk, messages)


def _message(talk: Conversation, status: str) -> Message:
    words = {"text": SECRET, "request": {"text": SECRET}, "metadata_": {"note": SECRET}, "client_key": SECRET}
    return message(
        talk,
        status=status,
        direction="IN" if status == "RECEIVED" else "OUT",
        price_cents=500,
        attachments=[{"id": str(new_id()), "type": "IMAGE", "url": SECRET, "platformMediaId": None, "preview": False}],
        failure_reason=SECRET,
        platform_message_id=f"{talk.fan_id} {status}",
        **words,
    )


def _attempt(of: Message, account: CreatorAccount) -> Attempt:
    return Attempt(
        user_id=of.user_id, message_id=of.id, number=1, platform=account.platform, account_id=account.account_id,
        worker="w", state="done", outcome="REFUSED", detail=SECRET, lease_until=LONG_AGO,
    )  # fmt: skip


def _webhook(account: CreatorAccount, key: str, status: str, payload: dict[str, Any]) -> WebhookDelivery:
    body = {"event": "messages.received", "account_id": account.account_id, "payload": payload}
    return WebhookDelivery(
        user_id=account.user_id, creator_account_id=account.id, delivery_key=key, kind="messages.received",
        body=json.dumps(body).encode(), status=status,
    )  # fmt: skip
