"""Dataloaders: objects asked for one by one are read in one statement, in a short session of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import cached_property
from typing import Protocol, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import async_sessionmaker
from strawberry.dataloader import DataLoader

from db.engine import ReadSession
from db.models import (
    Attempt,
    Campaign,
    Conversation,
    CreatorAccount,
    Fan,
    FanImport,
    FanImportFailure,
    Message,
    Payment,
)
from db.queries import (
    attempts,
    campaign_metrics,
    campaign_pages,
    campaigns,
    conversations,
    creator_accounts,
    fan_import_failures,
    fan_imports,
    fans,
    message_pages,
    payments,
    worker_heartbeats,
)
from db.queries.campaign_metrics import Counts
from db.queries.keyset import Page, Window
from db.queries.live_objects import Objects
from db.queries.rows_by_id import rows_by_id
from services.monitoring.health import WORKER_SILENT_AFTER_SECONDS
from services.runtime.resources import Resources
from services.sending.lane_outlook import LaneOutlook
from services.sending.outlook import NO_OUTLOOK, Outlook


class _Row(Protocol):
    id: UUID


RowT = TypeVar("RowT", bound=_Row)
Read = Callable[[ReadSession, UUID, Sequence[UUID]], Awaitable[Sequence[RowT]]]


class Loaders:
    """One instance for each operation and each live event; nothing is remembered longer.

    A loader is made once it is asked for: most operations need few of them.
    """

    def __init__(self, resources: Resources, owner: UUID) -> None:
        self._sessions = resources.database.reads
        self._owner = owner
        self._estimates = resources.estimates
        self._import_failures: dict[int, DataLoader[UUID, list[FanImportFailure]]] = {}
        self._audiences: dict[Window, DataLoader[UUID, Page[tuple[Fan, int]]]] = {}
        self._campaign_messages: dict[tuple[Window, str | None], DataLoader[UUID, Page[Message]]] = {}
        self._message_pages: dict[Window, DataLoader[UUID, Page[Message]]] = {}

    @cached_property
    def accounts(self) -> DataLoader[UUID, CreatorAccount | None]:
        return self._by_id(creator_accounts.get_many)

    @cached_property
    def fans(self) -> DataLoader[UUID, Fan | None]:
        return self._by_id(fans.get_many)

    @cached_property
    def fan_imports(self) -> DataLoader[UUID, FanImport | None]:
        return self._by_id(fan_imports.get_many)

    @cached_property
    def conversations(self) -> DataLoader[UUID, Conversation | None]:
        return self._by_id(conversations.get_many)

    @cached_property
    def messages(self) -> DataLoader[UUID, Message | None]:
        return self._by_id(_present_messages)

    @cached_property
    def payments(self) -> DataLoader[UUID, Payment | None]:
        return self._by_id(payments.get_many)

    @cached_property
    def conversation_of_fan(self) -> DataLoader[UUID, Conversation | None]:
        return DataLoader(self._conversations_of_fans)

    @cached_property
    def attempts(self) -> DataLoader[UUID, list[Attempt]]:
        return DataLoader(self._attempts)

    @cached_property
    def unread_conversations(self) -> DataLoader[UUID, int]:
        return DataLoader(self._unread_conversations)

    @cached_property
    def lanes(self) -> DataLoader[UUID, LaneOutlook | None]:
        return DataLoader(self._lanes)

    @cached_property
    def outlooks(self) -> DataLoader[UUID, Outlook]:
        return DataLoader(self._outlooks)

    @cached_property
    def message_counts(self) -> DataLoader[UUID, int]:
        return DataLoader(self._message_counts)

    @cached_property
    def has_import_failures(self) -> DataLoader[UUID, bool]:
        return DataLoader(self._has_import_failures)

    @cached_property
    def worker_lives(self) -> DataLoader[bool, bool]:
        return DataLoader(self._worker_lives)

    @cached_property
    def campaigns(self) -> DataLoader[UUID, Campaign | None]:
        return self._by_id(campaigns.get_many)

    @cached_property
    def campaign_counts(self) -> DataLoader[UUID, Counts]:
        return DataLoader(self._campaign_counts)

    @cached_property
    def campaign_ends(self) -> DataLoader[UUID, datetime | None]:
        return DataLoader(self._campaign_ends)

    def know(self, objects: Objects) -> None:
        """What was read already need not be read again."""
        for message_id, message in objects.messages.items():
            self.messages.prime(message_id, None if message is None else _present(message))
        for conversation_id, conversation in objects.conversations.items():
            self.conversations.prime(conversation_id, conversation)
        for fan_id, fan in objects.fans.items():
            self.fans.prime(fan_id, fan)

    def message_pages(self, window: Window) -> DataLoader[UUID, Page[Message]]:
        """A page of a conversation's messages; one loader for each window, whatever the number of conversations."""
        if window not in self._message_pages:
            self._message_pages[window] = DataLoader(_pages(self._sessions, self._owner, window))
        return self._message_pages[window]

    def import_failures(self, first: int) -> DataLoader[UUID, list[FanImportFailure]]:
        """The first failed rows of an import."""

        async def load(keys: list[UUID]) -> list[list[FanImportFailure]]:
            async with self._sessions() as session:
                found = await fan_import_failures.first_of_imports(session, self._owner, keys, first)
            return [found[key] for key in keys]

        return self._import_failures.setdefault(first, DataLoader(load))

    async def _has_import_failures(self, keys: list[UUID]) -> list[bool]:
        async with self._sessions() as session:
            found = await fan_import_failures.of_imports_with(session, self._owner, keys)
        return [key in found for key in keys]

    async def _worker_lives(self, keys: list[bool]) -> list[bool]:
        """Asked once, whatever the number of imports that are shown."""
        async with self._sessions() as session:
            age = await worker_heartbeats.seconds_since_last(session)
        return [age is not None and age <= WORKER_SILENT_AFTER_SECONDS for _ in keys]

    def campaign_audiences(self, window: Window) -> DataLoader[UUID, Page[tuple[Fan, int]]]:
        """A page of a campaign's audience, as `message_pages`."""

        async def load(keys: list[UUID]) -> list[Page[tuple[Fan, int]]]:
            async with self._sessions() as session:
                pages = await campaign_pages.audiences(session, self._owner, keys, window)
            return [pages[key] for key in keys]

        return self._audiences.setdefault(window, DataLoader(load))

    def campaign_messages(self, window: Window, status: str | None) -> DataLoader[UUID, Page[Message]]:
        """A page of a campaign's messages, as `message_pages`."""

        async def load(keys: list[UUID]) -> list[Page[Message]]:
            async with self._sessions() as session:
                pages = await campaign_pages.messages(session, self._owner, keys, window, status)
            return [pages[key] for key in keys]

        return self._campaign_messages.setdefault((window, status), DataLoader(load))

    def _by_id(self, read: Read[RowT]) -> DataLoader[UUID, RowT | None]:
        async def load(keys: list[UUID]) -> list[RowT | None]:
            async with self._sessions() as session:
                rows = {row.id: row for row in await read(session, self._owner, keys)}
            return [rows.get(key) for key in keys]

        return DataLoader(load)

    async def _conversations_of_fans(self, keys: list[UUID]) -> list[Conversation | None]:
        async with self._sessions() as session:
            rows = {row.fan_id: row for row in await conversations.of_fans(session, self._owner, keys)}
        return [rows.get(key) for key in keys]

    async def _attempts(self, keys: list[UUID]) -> list[list[Attempt]]:
        found: dict[UUID, list[Attempt]] = {key: [] for key in keys}
        async with self._sessions() as session:
            for row in await attempts.of_messages(session, self._owner, keys):
                found[row.message_id].append(row)
        return [found[key] for key in keys]

    async def _unread_conversations(self, keys: list[UUID]) -> list[int]:
        async with self._sessions() as session:
            counts = await creator_accounts.unread_conversations(session, self._owner, keys)
        return [counts.get(key, 0) for key in keys]

    async def _message_counts(self, keys: list[UUID]) -> list[int]:
        async with self._sessions() as session:
            counts = await message_pages.counts_of_conversations(session, self._owner, keys)
        return [counts.get(key, 0) for key in keys]

    async def _campaign_counts(self, keys: list[UUID]) -> list[Counts]:
        async with self._sessions() as session:
            counts = await campaign_metrics.of_campaigns(session, self._owner, keys)
        return [counts[key] for key in keys]

    async def _campaign_ends(self, keys: list[UUID]) -> list[datetime | None]:
        ends = await self._estimates.campaign_ends(self._owner, keys)
        return [ends.get(key) for key in keys]

    async def _lanes(self, keys: list[UUID]) -> list[LaneOutlook | None]:
        lanes = await self._estimates.of_accounts(self._owner, keys)
        return [lanes.get(key) for key in keys]

    async def _outlooks(self, keys: list[UUID]) -> list[Outlook]:
        outlooks = await self._estimates.of_messages(self._owner, keys)
        return [outlooks.get(key, NO_OUTLOOK) for key in keys]


async def _present_messages(session: ReadSession, owner: UUID, ids: Sequence[UUID]) -> Sequence[Message]:
    """Without those that were deleted at the platform: a client is told nothing of them."""
    return [row for row in await rows_by_id(session, Message, owner, ids) if _present(row)]


def _present(message: Message) -> Message | None:
    return message if message.removed_at is None else None


def _pages(
    sessions: async_sessionmaker[ReadSession], owner: UUID, window: Window
) -> Callable[[list[UUID]], Awaitable[list[Page[Message]]]]:
    async def load(keys: list[UUID]) -> list[Page[Message]]:
        async with sessions() as session:
            pages = await message_pages.pages_of_conversations(session, owner, keys, window)
        return [pages[key] for key in keys]

    return load
