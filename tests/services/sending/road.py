"""The road of a message from the queue to a sandbox platform, step by step: no loop runs, and no time has to pass."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import httpx
from cryptography.fernet import Fernet
from sqlalchemy import select, update

from db.engine import Database
from db.models import Attempt, Conversation, CreatorAccount, Fan, Lane, LiveEvent, Message
from db.queries import attempts, clock, messages
from services.accounts.credentials import Vault
from services.campaigns.progress import Progress
from services.pacing.limit import Limit
from services.platforms import sandbox
from services.platforms.exchange import Exchange
from services.platforms.gateway import GatewayAdapter
from services.platforms.registry import Adapters
from services.platforms.sandbox_server import build_app, running
from services.platforms.sandbox_server.accounts import Account
from services.runtime.clock import SystemClock
from services.sending.claim import Claim, Claimer
from services.sending.deliver import Deliverer
from services.sending.read_back import Reconciler
from services.sending.record import Recorder
from services.sending.reservation import LONGEST_SECONDS, Reservations
from services.sending.sweep import Sweeper
from tests.services.platforms.control import SandboxControl
from tests.stored import a_user, account, conversation, fan, message, opened, reading, store, transactions, writing

UNLIMITED = Limit(1_000, timedelta(seconds=60), timedelta(0))
TIMEOUT_SECONDS = 3.0  # many tests ride on it: a machine that stands still for a second is no fault of theirs


@dataclass(frozen=True)
class Road:
    """One account at the sandbox, one fan, and the parts of a worker."""

    database: Database
    control: SandboxControl
    account: CreatorAccount
    fan: Fan
    talk: Conversation
    claimer: Claimer
    deliverer: Deliverer
    reconciler: Reconciler
    sweeper: Sweeper

    async def queue(self, text: str = "Hello", **values: Any) -> Message:
        row = message(self.talk, text=text, **values)
        await store(self.database, row)
        return row

    async def step(self) -> bool:
        """Look at the lane, and deliver what may be sent. False: nothing may."""
        await self._change(Lane, due_at=await self.now())
        claim = await self.claimer.next()
        if not isinstance(claim, Claim):
            return False
        await self.deliverer.deliver(claim)
        return True

    async def send(self, text: str = "Hello", **values: Any) -> Message:
        """Queue a message and make its first call."""
        row = await self.queue(text, **values)
        assert await self.step()
        return row

    async def pass_time(self, **seconds: float) -> None:
        """As if so much time had passed: each named moment of every message, and every call, is so much earlier."""
        for name, amount in seconds.items():
            column = getattr(Message, name)
            await self._change(Message, **{name: column - timedelta(seconds=amount)})

    async def calls_were(self, seconds: float) -> None:
        """Every call left so many seconds earlier than it did."""
        await self._change(Attempt, dispatched_at=Attempt.dispatched_at - timedelta(seconds=seconds))

    async def due(self) -> None:
        """The pause of every message is over."""
        now = await self.now()
        await self._change(Message, not_before=now - timedelta(seconds=1))
        await self._change(Lane, blocked_until=None)

    async def over(self) -> None:
        """The time of all repeats is over, and their first look into the chat is due."""
        await self.due()
        await self._change(Message, repeat_until=await self.now() - timedelta(seconds=1))

    async def at_the_platform(self, text: str = "Hello", key: str = "from the app") -> str:
        """A message that the account sends by other means; gives the platform's id."""
        headers = {"Authorization": "Bearer key-1", "Idempotency-Key": key}
        address = f"/acct_1/chats/{self.fan.platform_fan_id}/messages"
        answer = await self.control.http.post(address, json={"text": text}, headers=headers)
        return str(answer.raise_for_status().json()["data"]["id"])

    async def now(self) -> datetime:
        return await reading(self.database, clock.now)

    async def present(self, row: Message) -> Message:
        found = await reading(self.database, lambda session: messages.get(session, row.user_id, row.id))
        assert found is not None
        return found

    async def attempts(self, row: Message) -> list[tuple[str | None, str | None]]:
        """(outcome, detail) of each."""
        found = await reading(self.database, lambda s: attempts.of_messages(s, row.user_id, [row.id]))
        return [(attempt.outcome, attempt.detail) for attempt in found]

    async def outcomes(self, row: Message) -> list[str | None]:
        return [outcome for outcome, _ in await self.attempts(row)]

    async def status_of_account(self) -> str:
        query = select(CreatorAccount.status).where(CreatorAccount.user_id == self.account.user_id)
        found = await reading(self.database, lambda session: session.scalar(query))
        assert found is not None
        return found

    async def events(self) -> list[tuple[str, str | None]]:
        query = select(LiveEvent).where(LiveEvent.user_id == self.account.user_id).order_by(LiveEvent.sequence)
        async with self.database.reads() as session:
            return [(event.kind, event.status) for event in (await session.scalars(query)).all()]

    async def change_account(self, **values: Any) -> None:
        await self._change(CreatorAccount, **values)

    async def change_fan(self, **values: Any) -> None:
        await self._change(Fan, **values)

    async def leases_end(self) -> None:
        """Whoever had something in hand is gone."""
        await self._change(Attempt, lease_until=await self.now() - timedelta(seconds=1))

    async def forget_the_lane(self) -> None:
        await self._change(Lane, due_at=None)

    async def change(self, **values: Any) -> None:
        """Of every message."""
        await self._change(Message, **values)

    async def _change(self, model: type[Any], **values: Any) -> None:
        statement = update(model).values(**values)
        if model is not Lane:
            statement = statement.where(model.user_id == self.account.user_id)
        await writing(self.database, lambda session: session.execute(statement))


@asynccontextmanager
async def a_road(database_url: str, **capabilities: bool) -> AsyncIterator[Road]:
    """To a sandbox that announces nothing, by an adapter with its capabilities changed so."""
    app = build_app([Account("acct_1", "key-1", "Mia")])
    client = httpx.AsyncClient(trust_env=False)
    async with opened(database_url) as database, running(app) as url, client:
        control = SandboxControl(httpx.AsyncClient(base_url=url, trust_env=False))
        dialect = replace(sandbox.DIALECT, capabilities=replace(sandbox.CAPABILITIES, **capabilities))
        adapter = GatewayAdapter(dialect, url, Exchange(client), SystemClock(), TIMEOUT_SECONDS)
        yield await _built(database, control, Adapters({"SANDBOX": adapter}))
        await control.http.aclose()


async def _built(database: Database, control: SandboxControl, adapters: Adapters) -> Road:
    vault, owner = Vault(Fernet.generate_key().decode()), await a_user(database)
    at = account(owner, "acct_1", api_key_encrypted=vault.seal("key-1"))
    robin = fan(owner, at.id, platform_fan_id="77")
    talk = conversation(robin)
    await store(database, Lane(platform="SANDBOX", account_id="acct_1"), at, robin, talk)
    work = transactions(database)
    recorder = Recorder(work, Progress(20), UNLIMITED.min_gap, SystemClock())
    lease = timedelta(seconds=60)
    reservations = Reservations(work, lease, SystemClock(), lambda: LONGEST_SECONDS)
    deliverer = Deliverer(work, adapters, vault, recorder, reservations, SystemClock(), TIMEOUT_SECONDS, lambda: False)
    claimer = Claimer(work, UNLIMITED, lease, "w")
    return Road(
        database, control, at, robin, talk, claimer, deliverer, Reconciler(work, adapters, vault), Sweeper(work)
    )
