"""Everyday work on one inbox, by chance, through the product's own services: messages, edits, deletions, payments."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select

from db.engine import ReadSession, WriteSession
from db.models import Conversation, CreatorAccount, Fan, LiveEvent, Message, Payment
from db.queries import live_events, users
from schema import ids
from services.conversations.incoming import take_in
from services.conversations.mark_read import mark_read
from services.conversations.removal import take_out
from services.fans.update import FanChanges
from services.payments.receive import take_payment
from services.platforms.inbound_payments import InboundPayment
from services.platforms.interface import InboundMessage, InboundPerson
from services.problems import Rejected
from services.runtime.resources import Resources
from services.sending.cancel import cancel
from services.sending.outgoing import SendRequest
from tests.stored import LONG_AGO, account, reading, store, writing

FANS = 12


@dataclass
class Work:
    """What one user does, and what happens to her."""

    resources: Resources
    chance: Random
    account: CreatorAccount
    fans: list[UUID] = field(default_factory=list)
    talks: list[UUID] = field(default_factory=list)
    sent: list[UUID] = field(default_factory=list)
    number: int = 0

    @property
    def owner(self) -> UUID:
        return self.account.user_id

    async def one(self) -> None:
        """The most frequent things most often."""
        steps: list[Callable[[], Awaitable[object]]] = [self.incoming] * 6
        if self.talks:
            steps += [self.send] * 2 + [self.read] * 2 + [self.edit_fan] * 2 + [self.delete_fan]
            steps += [self.tip, self.unlock] + [self.remove] * 2
        if self.sent:
            steps += [self.take_back] * 2
        try:
            await self.chance.choice(steps)()
        except Rejected:  # such as writing to a fan who was just deleted
            return

    async def incoming(self) -> None:
        """From a fan who is new, known, or was deleted and so is back; sometimes several at once."""
        which = self.chance.randrange(FANS)
        async with self.resources.transactions() as work:
            for _ in range(self.chance.randint(1, 6)):
                self.number += 1
                await take_in(work, self.account, self._said(which))
        await self._look()

    def _said(self, which: int) -> InboundMessage:
        return InboundMessage(
            platform_message_id=f"in-{self.number}",
            platform_fan_id=str(which),
            handle=f"fan{which}",
            name=f"Fan {which}",
            avatar=None,
            text=f"hello {self.number}",
            price_cents=None,
            media=(),
            sent_at=LONG_AGO + timedelta(seconds=self.number),
        )

    async def send(self) -> None:
        request = SendRequest(text=f"answer {self.number}", conversation_id=self.chance.choice(self.talks))
        self.sent.append((await self.resources.sending.send(self.owner, "mia", request)).message.id)

    async def take_back(self) -> None:
        await cancel(self.resources.transactions, self.owner, self.sent.pop(self.chance.randrange(len(self.sent))))

    async def read(self) -> None:
        await mark_read(self.resources.transactions, self.owner, self.chance.choice(self.talks), None)

    async def edit_fan(self) -> None:
        self.number += 1
        changes = FanChanges(self.chance.choice(self.fans), values={"name": f"Fan, edited {self.number}"})
        await self.resources.fans.update(self.owner, changes)

    async def delete_fan(self) -> None:
        await self.resources.fans.delete(self.owner, self.chance.choice(self.fans))

    async def tip(self) -> None:
        """By a fan who is known, or new, or was deleted and so is back."""
        await self._paid("TIP", str(self.chance.randrange(FANS)), None)

    async def unlock(self) -> None:
        if told := await self._some_message():
            await self._paid("UNLOCK", told.platform_fan_id, told.platform_message_id)

    async def remove(self) -> None:
        """The platform tells that a message was deleted there."""
        if told := await self._some_message():
            self.number += 1
            async with self.resources.transactions() as work:
                await take_out(work, self.account, told.platform_message_id, LONG_AGO + timedelta(seconds=self.number))

    async def _paid(self, kind: str, platform_fan_id: str, platform_message_id: str | None) -> None:
        self.number += 1
        paid = InboundPayment(
            kind=kind,
            key=f"{kind}-{self.number}",
            fan=InboundPerson(platform_fan_id, f"fan{platform_fan_id}", f"Fan {platform_fan_id}"),
            amount_cents=self.number,
            paid_at=LONG_AGO + timedelta(seconds=self.number),
            platform_message_id=platform_message_id,
        )
        async with self.resources.transactions() as work:
            await take_payment(work, self.account, paid)

    async def _some_message(self) -> Any:
        """Of a fan who is there, with her platform's id."""
        query = (
            select(Message.platform_message_id, Fan.platform_fan_id)
            .join(Fan, and_(Fan.user_id == Message.user_id, Fan.id == Message.fan_id))
            .where(Message.user_id == self.owner, Message.removed_at.is_(None), Message.direction == "IN")
            .where(Fan.deleted_at.is_(None))
            .order_by(Message.placed_at, Message.id)
        )
        async with self.resources.database.reads() as session:
            rows = (await session.execute(query)).all()
        return self.chance.choice(rows) if rows else None

    async def sequence(self) -> int:
        """How many events there were."""
        position = await reading(self.resources.database, lambda session: live_events.position(session, self.owner))
        assert position is not None
        return position.sequence

    async def epoch(self) -> str:
        """Of her log, for a cursor that stands at its beginning."""
        position = await reading(self.resources.database, lambda session: live_events.position(session, self.owner))
        assert position is not None
        return position.epoch

    async def _look(self) -> None:
        async with self.resources.database.reads() as session:
            rows = await session.execute(
                select(Conversation.id, Conversation.fan_id).where(Conversation.user_id == self.owner)
            )
            found = rows.all()
        self.talks, self.fans = [row[0] for row in found], [row[1] for row in found]


async def begin(resources: Resources, chance: Random) -> Work:
    """As the user `mia`, with an account and nobody in it."""

    async def make(session: WriteSession) -> UUID:
        owner = await users.ensure(session, "", "mia")
        await live_events.ensure_sequence(session, owner)
        return owner

    connected = account(await writing(resources.database, make))
    await store(resources.database, connected)
    return Work(resources, chance, connected)


async def untold(resources: Resources, owner: UUID) -> set[int]:
    """The numbers of events that may be told or not: of what was removed, at that moment or later."""
    hers = select(LiveEvent.sequence).where(LiveEvent.user_id == owner)
    removed = select(Message.id).where(Message.user_id == owner, Message.removed_at.is_not(None))
    deleted = select(LiveEvent.fan_id).where(LiveEvent.user_id == owner, LiveEvent.kind == "fan_deleted")
    async with resources.database.reads() as session:
        messages = hers.where(
            LiveEvent.kind.in_(("message_added", "message_updated")), LiveEvent.message_id.in_(removed)
        )
        talks = hers.where(LiveEvent.kind == "conversation_updated", LiveEvent.fan_id.in_(deleted))
        return {*(await session.scalars(messages)).all(), *(await session.scalars(talks)).all()}


async def stored(resources: Resources, owner: UUID) -> dict[str, dict[str, Any]]:
    """What a client should know by now, as it is in the database: by kind, and by the id it has outside."""

    async def read(session: ReadSession) -> dict[str, dict[str, Any]]:
        fans = (await session.scalars(select(Fan).where(Fan.user_id == owner, Fan.deleted_at.is_(None)))).all()
        talks = (await session.scalars(select(Conversation).where(Conversation.user_id == owner))).all()
        present = select(Message).where(Message.user_id == owner, Message.removed_at.is_(None))
        messages = (await session.scalars(present)).all()
        payments = (await session.scalars(select(Payment).where(Payment.user_id == owner))).all()
        here = {fan.id for fan in fans}
        return {
            "fans": {ids.encode("Fan", fan.id): {"name": fan.name, "version": fan.version} for fan in fans},
            "conversations": {
                ids.encode("Conversation", talk.id): {
                    "unreadCount": talk.unread_count,
                    "awaitingReply": talk.awaiting_reply,
                    "lastMessage": talk.last_message_id and {"id": ids.encode("Message", talk.last_message_id)},
                    "version": talk.version,
                }
                for talk in talks
                if talk.fan_id in here
            },
            "messages": {
                ids.encode("Message", message.id): {
                    "text": message.text,
                    "status": message.status,
                    "priceCents": message.price_cents,
                }
                for message in messages
            },
            # The amount of each is its own.
            "payments": {
                str(payment.amount_cents): {"kind": payment.kind, "fan": ids.encode("Fan", payment.fan_id)}
                for payment in payments
            },
        }

    return await reading(resources.database, read)
