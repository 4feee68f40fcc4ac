"""A creator whose windows are tested: what happens to her from outside, and what her data say in the end."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import select

from db.engine import ReadSession, WriteSession
from db.models import Conversation, Fan, User
from tests.flows.background import RunningApi
from tests.flows.graphql_client import GraphQLClient
from tests.stored import message, opened, reading, store, writing
from tests.waiting import eventually

CONVERSATIONS = "{ conversations(first: 100) { nodes { id fan { name } } } }"
CAMPAIGN = """{ campaigns(first: 1) { nodes { status
  metrics { recipients waiting sending sent failed unknown cancelled } } } }"""
NOTES = "{ fans(first: 100) { nodes { id name notes } } }"
MESSAGES = """query ($id: ID!) { conversation(id: $id) { unreadCount
  messages(last: 100) { nodes { id text status direction clientKey priceCents attachments { url type } } } } }"""


@dataclass
class Creator:
    """All calls wait for their end; the product runs in a thread of its own."""

    running: RunningApi
    subject: str
    account: str = field(default_factory=lambda: f"acct_{uuid.uuid4().hex[:12]}")
    account_ids: dict[str, str] = field(default_factory=dict)

    def client(self, **claims: Any) -> GraphQLClient:
        return self.running.product.client(self.subject, **claims)

    @property
    def url(self) -> str:
        return self.running.url

    def token(self, **claims: Any) -> str:
        return self.client(**claims).token

    def ask(self, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        return self.running.do(self.client().run(query, variables))

    def connect(self, name: str, account: str | None = None, **sandbox: Any) -> str:
        """An account at the sandbox, connected; gives its id here."""
        account = account or self.account
        product = self.running.product
        identifier = self.running.do(product.connect(self.client(), account, **sandbox))
        self.account_ids[name] = identifier
        return identifier

    def fan(self, name: str, **fields: Any) -> str:
        """A fan added by hand; gives the id."""
        given = {"handle": f"{name.split(maxsplit=1)[0].lower()}_{uuid.uuid4().hex[:8]}", "name": name} | fields
        return self.running.do(self.running.product.fan(self.client(), **given))

    def hears(self, text: str, name: str = "Robin Weber", account: str | None = None, **fields: Any) -> None:
        """A fan writes on the platform."""
        message = {"accountId": account or self.account, "fan": self._person(name), "text": text} | fields
        self.running.do(self.running.product.sandbox.inbound(**message))

    def _person(self, name: str) -> dict[str, str]:
        first = name.split(maxsplit=1)[0].lower()
        return {"id": f"fan-{self.subject}-{first}", "username": first, "name": name}

    def tips(self, name: str, dollars: str) -> None:
        """A fan tips."""
        sandbox = self.running.product.sandbox
        self.running.do(sandbox.happens("tip", accountId=self.account, fan=self._person(name), amount=dollars))

    def unlocks(self, name: str) -> None:
        """A fan pays for the last message she was sent."""
        self.running.do(self._unlocks(name))

    async def _unlocks(self, name: str) -> None:
        query = "query ($id: ID!) { conversation(id: $id) { lastMessage { delivery { platformMessageId } } } }"
        talk = await self._conversation(name)
        known: list[str] = []

        async def sent() -> bool:
            last = (await self.client().run(query, {"id": talk}))["conversation"]["lastMessage"]
            known.append((last["delivery"] or {}).get("platformMessageId") or "")
            return bool(known[-1])

        await eventually(sent, 30, "the message at the platform")
        await self.running.product.sandbox.happens("unlock", accountId=self.account, messageId=known[-1])

    def sends(self, **fields: Any) -> dict[str, Any]:
        """A message by the API, as a colleague or another window would send it."""
        sent = self.running.do(self.running.product.send(self.client(), **fields))
        assert sent["errors"] == []
        message: dict[str, Any] = sent["message"]
        return message

    def fault(self, kind: str, **fields: Any) -> None:
        """What the next request of this account meets at the platform."""
        self.running.do(self.running.product.sandbox.fault(kind, accountId=self.account, **fields))

    def cannot_tell(self) -> None:
        """Messages arrive at the platform, but every answer is lost, no webhook tells, and it cannot be read back."""
        self.connect("Mia", announceSent=False)
        self.fault("cut_after", count=1_000)
        self.fault("status", on="list", status=500, count=1_000)

    def mend(self) -> None:
        """From now on everything works, for everybody."""
        self.running.do(self.running.product.sandbox.mend())

    def conversation(self, name: str) -> str:
        """The conversation with a fan, once her first message is here."""
        return self.running.do(self._conversation(name))

    async def _conversation(self, name: str) -> str:
        found: list[str] = []

        async def there() -> bool:
            nodes = (await self.client().run(CONVERSATIONS))["conversations"]["nodes"]
            found.extend(str(each["id"]) for each in nodes if each["fan"]["name"] == name)
            return bool(found)

        await eventually(there, 20, f"a conversation with {name}")
        return found[0]

    def messages(self, name: str) -> list[dict[str, Any]]:
        """The messages with a fan, oldest first, as the server has them."""
        found = self.ask(MESSAGES, {"id": self.conversation(name)})["conversation"]["messages"]["nodes"]
        return list(found)

    def has_read(self, name: str) -> None:
        """Waits until nothing of a fan is unread."""
        identifier = self.conversation(name)

        async def read() -> bool:
            talk = (await self.client().run(MESSAGES, {"id": identifier}))["conversation"]
            return bool(talk["unreadCount"] == 0)

        self.running.do(eventually(read, 20, f"everything of {name} being read"))

    def has_noted(self, name: str, notes: str) -> None:
        """Waits until these are the notes on a fan."""

        async def noted() -> bool:
            nodes = (await self.client().run(NOTES))["fans"]["nodes"]
            return any((each["name"], each["notes"]) == (name, notes) for each in nodes)

        self.running.do(eventually(noted, 20, f"the notes on {name}: {notes}"))

    def fan_id(self, name: str) -> str:
        return next(str(each["id"]) for each in self.ask(NOTES)["fans"]["nodes"] if each["name"] == name)

    def settled(self, name: str) -> list[dict[str, Any]]:
        """The messages with a fan, once none of them is on its way any more."""
        on_the_way = {"PENDING", "QUEUED", "SENDING"}
        identifier = self.conversation(name)

        async def done() -> bool:
            found = (await self.client().run(MESSAGES, {"id": identifier}))["conversation"]["messages"]["nodes"]
            return not any(each["status"] in on_the_way for each in found)

        self.running.do(eventually(done, 30, "the end of the sending"))
        return self.messages(name)

    def campaign_at_rest(self) -> dict[str, Any]:
        """The newest campaign, once it was stopped and what was begun before that has ended."""

        async def newest() -> dict[str, Any]:
            found: dict[str, Any] = (await self.client().run(CAMPAIGN))["campaigns"]["nodes"][0]
            return found

        async def at_rest() -> bool:
            return (await newest())["status"] != "ACTIVE" and await self.running.product.at_rest()

        self.running.do(eventually(at_rest, 30, "the end of the sending"))
        return self.running.do(newest())

    def has_history(self, name: str, texts: Sequence[str]) -> None:
        """Older messages of a fan who has written already, read long ago: stored as they are, a second apart."""
        self.conversation(name)
        self.running.do(self._has_history(name, texts))

    async def _has_history(self, name: str, texts: Sequence[str]) -> None:
        async with opened(self.running.product.settings.database_url.get_secret_value()) as database:
            owner = UUID(str(await reading(database, self._owner)))

            async def write(session: WriteSession) -> None:
                mine = select(Fan.id).where(Fan.user_id == owner, Fan.name == name)
                found = select(Conversation).where(
                    Conversation.user_id == owner, Conversation.fan_id == mine.scalar_subquery()
                )
                talk = (await session.scalars(found)).one()
                begin = datetime.now(UTC) - timedelta(seconds=len(texts) + 60)
                for number, text in enumerate(texts):
                    at = begin + timedelta(seconds=number)
                    incoming = {"direction": "IN", "origin": "FAN", "status": "RECEIVED", "read": True}
                    session.add(message(talk, text=text, created_at=at, placed_at=at, **incoming))

            await writing(database, write)

    def stores(self, rows: Callable[[UUID], Sequence[Any]]) -> None:
        """Rows of hers as they would have come, made for her id."""
        self.running.do(self._stores(rows))

    async def _stores(self, rows: Callable[[UUID], Sequence[Any]]) -> None:
        async with opened(self.running.product.settings.database_url.get_secret_value()) as database:
            await store(database, *rows(UUID(str(await reading(database, self._owner)))))

    async def _owner(self, session: ReadSession) -> Any:
        return await session.scalar(select(User.id).where(User.subject == self.subject))

    def arrivals(self) -> list[str]:
        """The texts that reached the platform from this account."""
        arrived = self.running.do(self.running.product.sandbox.arrivals())
        return [str(each["text"]) for each in arrived if each["accountId"] == self.account and each["delivered"]]

    def lose_the_sequence(self) -> None:
        """As after a restored backup: her live events are another sequence, and every cursor is too old."""
        self.running.do(self._lose_the_sequence())

    async def _lose_the_sequence(self) -> None:
        await self._set("live_sequences", "epoch = 'another1'")

    def miss_the_schedule(self) -> None:
        """As after a long outage: her campaigns are drafts whose time has passed."""
        self.running.do(self._set("campaigns", "status = 'DRAFT', scheduled_at = now() - interval '2 hours'"))

    async def _set(self, table: str, values: str) -> None:
        """Of all her rows of a table."""
        database = await asyncpg.connect(self.running.product.settings.database_url.get_secret_value())
        mine = "(SELECT id FROM users WHERE subject = $1)"
        await database.execute(f"UPDATE {table} SET {values} WHERE user_id = {mine}", self.subject)
        await database.close()
