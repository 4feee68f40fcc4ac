"""One message whose attempt is under way, and the recorder; for tests of what is recorded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from db.engine import Database
from db.models import Attempt, Conversation, CreatorAccount, Lane, LiveEvent, Message
from db.queries import attempts, clock, messages
from services.campaigns.progress import Progress
from services.platforms.interface import Answer, Unknown
from services.runtime.clock import SystemClock
from services.sending.claim import Claim
from services.sending.record import Recorder
from tests.stored import a_user, account, conversation, fan, message, opened, reading, store, transactions, writing

LEASE = timedelta(seconds=30)
REQUEST = {"method": "POST", "path": "/acct/chats/7/messages", "body": {"text": "Hello"}}


@dataclass(frozen=True)
class Desk:
    """`claim` is the first attempt; `account` says which account it is of."""

    database: Database
    claim: Claim

    async def record(self, answer: Answer, claim: Claim | None = None) -> None:
        recorder = Recorder(transactions(self.database), Progress(20), timedelta(seconds=3), SystemClock())
        await recorder.record(claim or self.claim, answer)

    async def message(self) -> Message:
        owner, key = self.claim.owner, self.claim.message.id
        found = await reading(self.database, lambda session: messages.get(session, owner, key))
        assert found is not None
        return found

    async def account(self) -> CreatorAccount:
        found: CreatorAccount = await self._row(CreatorAccount, self.claim.account.id)
        return found

    async def attempt(self, attempt_id: UUID) -> Attempt:
        found: Attempt = await self._row(Attempt, attempt_id)
        return found

    async def outcome(self, attempt_id: UUID) -> str | None:
        return (await self.attempt(attempt_id)).outcome

    async def lane(self) -> Lane:
        found: Lane | None = await reading(self.database, lambda session: session.scalar(select(Lane)))
        assert found is not None
        return found

    async def now(self) -> datetime:
        return await reading(self.database, clock.now)

    async def events(self) -> list[str | None]:
        query = select(LiveEvent.status).where(LiveEvent.user_id == self.claim.owner).order_by(LiveEvent.sequence)
        return list(await reading(self.database, lambda session: session.scalars(query)))

    async def change(self, **values: Any) -> None:
        owner, key = self.claim.owner, self.claim.message.id
        statement = update(Message).where(Message.user_id == owner, Message.id == key).values(**values)
        await writing(self.database, lambda session: session.execute(statement))

    async def send_again(self) -> Claim:
        """Given up by the sweeper, retried by a person, and under way again by another worker."""
        owner = self.claim.owner
        await writing(self.database, lambda session: attempts.give_up(session, owner, self.claim.attempt.id, "gone"))
        return await self.another()

    async def another(self) -> Claim:
        """The next attempt, under way, of the message as it stands."""
        present = await self.message()
        attempt = await under_way(self.database, present)
        return replace(self.claim, message=present, attempt=attempt)

    async def repeated(self, seconds_left: float = 100) -> Claim:
        """Its outcome became unknown, and a repeat is under way."""
        until = await self.now() + timedelta(seconds=seconds_left)
        await self.change(repeat_until=until)
        await self.record(Unknown("no answer in time"))
        return await self.another()

    async def messages(self) -> list[Message]:
        """All of the owner's, in the order of the conversation."""
        query = select(Message).where(Message.user_id == self.claim.owner).order_by(Message.placed_at, Message.id)
        async with self.database.reads() as session:
            return list((await session.scalars(query)).all())

    async def kinds(self) -> list[str]:
        query = select(LiveEvent.kind).where(LiveEvent.user_id == self.claim.owner).order_by(LiveEvent.sequence)
        return list(await reading(self.database, lambda session: session.scalars(query)))

    async def conversation(self) -> Conversation:
        found: Conversation = await self._row(Conversation, self.claim.message.conversation_id)
        return found

    async def _row(self, model: type[Any], key: UUID) -> Any:
        query = select(model).where(model.user_id == self.claim.owner, model.id == key)
        found = await reading(self.database, lambda session: session.scalar(query))
        assert found is not None
        return found


def attempt_of(of: Message) -> Attempt:
    return Attempt(user_id=of.user_id, message_id=of.id, platform="SANDBOX", account_id="acct", worker="w")


async def under_way(database: Database, of: Message) -> Attempt:
    """A new attempt whose request may have left."""
    attempt = attempt_of(of)
    await writing(database, lambda session: attempts.reserve(session, attempt, LEASE))
    await writing(database, lambda session: attempts.start_dispatch(session, of.user_id, attempt.id, LEASE))
    return attempt


@asynccontextmanager
async def a_desk(database_url: str, **values: Any) -> AsyncIterator[Desk]:
    """A message with these values, its first attempt under way."""
    async with opened(database_url) as database:
        owner = await a_user(database)
        at = account(owner)
        robin = fan(owner, at.id, platform_fan_id="7")
        talk = conversation(robin)
        usual = {"status": "SENDING", "platform_key": "first", "request": REQUEST}
        written = message(talk, **usual | values)
        lane = Lane(platform="SANDBOX", account_id="acct", due_at=datetime.now(UTC))
        await store(database, lane, at, robin, talk, written)
        attempt = await under_way(database, written)
        yield Desk(database, Claim(written, robin, at, attempt))
