"""One account whose webhooks are journalled and worked on, and what is stored for its owner afterwards."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import select, update

from db.engine import Database
from db.models import (
    Conversation,
    CreatorAccount,
    Fan,
    LiveEvent,
    Message,
    WebhookDelivery,
    new_id,
)
from db.queries import conversations
from services.platforms import sandbox
from services.platforms.exchange import Exchange
from services.platforms.gateway import GatewayAdapter
from services.platforms.registry import Adapters
from services.runtime.clock import SystemClock
from services.webhooks.work import Outcome, WebhookWorker
from tests.stored import LONG_AGO, a_user, account, conversation, fan, message, reading, store, transactions

ROBIN = {"id": 77, "username": "robin", "name": "Robin"}
CREATOR = 514_788_334


def at(minutes: float) -> str:
    """A moment as the platform writes it."""
    return (LONG_AGO + timedelta(minutes=minutes)).isoformat()


def adapters() -> Adapters:
    adapter = GatewayAdapter(sandbox.DIALECT, "http://nobody", Exchange(httpx.AsyncClient()), SystemClock(), 5)
    return Adapters({"SANDBOX": adapter})


def said(
    number: int, text: str = "Hello", minutes: float = 0, by: dict[str, Any] = ROBIN, **more: Any
) -> dict[str, Any]:
    return {"id": number, "text": text, "fromUser": by, "createdAt": at(minutes)} | more


def unlocked(
    number: int, message_id: int, amount: str = "$25.00", by: dict[str, Any] = ROBIN, minutes: float = 0
) -> Any:
    """A notification of the gateway; its top-level `user_id` is the creator."""
    link = f"<a href='https://onlyfans.com/my/chats/chat/{by['id']}?firstId={message_id}'>message</a>"
    pairs = {"{AMOUNT}": amount, "{MESSAGE_LINK}": link}
    return {"id": number, "user_id": CREATOR, "user": by, "createdAt": at(minutes), "replacePairs": pairs}


def notice(number: int, by: dict[str, Any] = ROBIN, minutes: float = 0, **more: Any) -> dict[str, Any]:
    return {"id": number, "user_id": CREATOR, "user": by, "createdAt": at(minutes)} | more


@dataclass(frozen=True)
class Desk:
    database: Database
    account: CreatorAccount
    worker: WebhookWorker

    @property
    def owner(self) -> UUID:
        return self.account.user_id

    def arrived(self, event: str, payload: Any, key: str | None = None, **values: Any) -> WebhookDelivery:
        """A row as the receiver writes it."""
        body = {"event": event, "account_id": self.account.account_id, "payload": payload}
        return WebhookDelivery(
            user_id=self.owner, id=new_id(), creator_account_id=self.account.id, delivery_key=key or str(new_id()),
            kind=event, body=json.dumps(body).encode(), **values,
        )  # fmt: skip

    async def journal(self, event: str, payload: Any, **values: Any) -> UUID:
        row = self.arrived(event, payload, **values)
        await store(self.database, row)
        return row.id

    async def take(self, event: str, payload: Any, **values: Any) -> WebhookDelivery:
        """Journal a webhook and work on it; gives it as it is then."""
        delivery_id = await self.journal(event, payload, **values)
        await self.worker.work_on(self.owner, delivery_id)
        return await self.delivery(delivery_id)

    async def done(self, event: str, payload: Any, **values: Any) -> None:
        assert (await self.take(event, payload, **values)).status == "done"

    async def again(self, delivery_id: UUID) -> Outcome | None:
        return await self.worker.work_again(self.owner, delivery_id)

    async def delivery(self, delivery_id: UUID) -> WebhookDelivery:
        [found] = [row for row in await self.rows(WebhookDelivery) if row.id == delivery_id]
        assert isinstance(found, WebhookDelivery)
        return found

    async def change(self, delivery_id: UUID, **values: Any) -> None:
        async with self.database.writes() as session, session.begin():
            await session.execute(
                update(WebhookDelivery)
                .where(WebhookDelivery.user_id == self.owner, WebhookDelivery.id == delivery_id)
                .values(**values)
            )

    async def rows(self, model: type[Any]) -> Sequence[Any]:
        order = model.sequence if model is LiveEvent else model.id
        query = select(model).where(model.user_id == self.owner).order_by(order)

        async def read(session: Any) -> Sequence[Any]:
            found: Sequence[Any] = (await session.scalars(query)).all()
            return found

        return await reading(self.database, read)

    async def only(self, model: type[Any]) -> Any:
        [found] = await self.rows(model)
        return found

    async def events(self) -> list[str]:
        return [each.kind for each in await self.rows(LiveEvent)]

    async def sent(self, platform_message_id: str | None, to: Fan, minutes: float = 0, **values: Any) -> Message:
        """A message of ours that the platform has, in the conversation of a fan who is stored."""
        talks = [row for row in await self.rows(Conversation) if row.fan_id == to.id]
        talk = talks[0] if talks else conversation(to)
        if not talks:
            await store(self.database, talk)
        moment = LONG_AGO + timedelta(minutes=minutes)
        usual = {"status": "SENT", "platform_message_id": platform_message_id, "placed_at": moment}
        row = message(talk, **usual | values)
        async with transactions(self.database)() as work:
            work.session.add(row)
            await work.session.flush()
            await conversations.put_last(work.session, row)
        return row

    async def robin(self, **values: Any) -> Fan:
        usual = {"platform_fan_id": "77", "handle": "@robin", "handle_key": "robin"}
        row = fan(self.owner, self.account.id, **usual | values)
        await store(self.database, row)
        return row

    def of(self, other: CreatorAccount) -> Desk:
        return replace(self, account=other)


async def a_desk(database: Database, **values: Any) -> Desk:
    row = account(await a_user(database), f"acct {new_id()}", **values)
    await store(database, row)
    return Desk(database, row, WebhookWorker(transactions(database), adapters()))


def moment(minutes: float) -> datetime:
    return LONG_AGO + timedelta(minutes=minutes)
