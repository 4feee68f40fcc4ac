"""One transaction with its live events; what has an effect outside happens after the commit, or not at all."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from uuid import UUID

from db.driver import DriverTransaction, transaction
from db.engine import Database, WriteSession
from db.queries import lanes, live_events
from db.queries.live_events import NewEvent

Announce = Callable[[UUID, int], Awaitable[None]]
"""Told (owner, last sequence) after a commit that wrote events. Must not raise: the change is already made."""

Observe = Callable[[Mapping[str, int]], None]
"""Told after a commit what was counted, for the metrics. Must not raise."""


def unobserved(_counts: Mapping[str, int]) -> None: ...


class UnitOfWork:
    """The session of one transaction, and the events that will be stored with it."""

    def __init__(self, session: WriteSession, begun: DriverTransaction) -> None:
        self.session = session
        self._transaction = begun
        self.events: dict[UUID, list[NewEvent]] = {}
        self.counts: Counter[str] = Counter()
        self._due: set[tuple[str, str]] = set()
        self._afterwards: list[Callable[[], Awaitable[object]]] = []

    def emit(self, owner: UUID, event: NewEvent) -> None:
        """Store an event of this owner at the end of the transaction, and announce it after the commit."""
        self.events.setdefault(owner, []).append(event)

    def mark_due(self, platform: str, account_id: str) -> None:
        """Somebody should look at this lane once the transaction is committed."""
        self._due.add((platform, account_id))

    def count(self, what: str, number: int = 1) -> None:
        """For the metrics; a rollback forgets it."""
        self.counts[what] += number

    def after_commit(self, call: Callable[[], Awaitable[object]]) -> None:
        """Await `call` once the transaction is committed; a rollback forgets it."""
        self._afterwards.append(call)

    async def abandon(self) -> None:
        """Roll back at once: nothing of this is stored or told, whatever else the block does."""
        await self.session.close()
        await self._transaction.roll_back()

    async def finish(self, announce: Announce, observe: Observe) -> None:
        """Lanes, then events and their numbers as the last statements; the commit; then metrics, announcements, calls.

        Nothing of it where the work was abandoned. Raises what the database raises, and then nobody is told anything;
        a call that raises keeps back the calls after it.
        """
        if self._transaction.over:
            return
        # What everybody locks is locked last, and in one order, so that it is held for a moment and never in a ring.
        for platform, account_id in sorted(self._due):
            await lanes.mark_due(self.session, platform, account_id)
        last = {
            owner: await live_events.append(self.session, owner, self.events[owner]) for owner in sorted(self.events)
        }
        if self.session.in_transaction():
            await self.session.commit()
        await self.session.close()
        await self._transaction.commit()
        observe(self.counts)
        for owner, sequence in last.items():
            await announce(owner, sequence)
        for call in self._afterwards:
            await call()


class Transactions:
    """Opens units of work; the one place that commits."""

    def __init__(self, database: Database, announce: Announce, observe: Observe = unobserved) -> None:
        self._engine = database.bare
        self._announce = announce
        self._observe = observe

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[UnitOfWork]:
        """Commit when the block ends, roll back when it raises."""
        async with transaction(self._engine) as begun, _session(begun) as session:
            work = UnitOfWork(session, begun)
            yield work
            await _to_the_end(asyncio.ensure_future(work.finish(self._announce, self._observe)))


@asynccontextmanager
async def _session(begun: DriverTransaction) -> AsyncIterator[WriteSession]:
    """Shares the transaction with the driver: what it commits itself is only that its changes are written."""
    session = WriteSession(bind=begun.connection, expire_on_commit=False, autoflush=False)
    session.driver = begun.driver
    try:
        yield session
    finally:
        if not begun.over:
            await asyncio.shield(session.close())


async def _to_the_end(task: asyncio.Future[None]) -> None:
    """Wait for a commit even while cancelled: one that is cut off half way has an unknown outcome."""
    cancelled = False
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            cancelled = True
    task.result()
    if cancelled:
        raise asyncio.CancelledError
