"""An owner's inbox as the transport is handed it: where to read, and how to show what is read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from uuid import UUID

from resolvers.transport.shared_stream import SharedStream
from schema.live import InboxEvent, InboxReady, ResyncRequired
from schema.loaders import Loaders
from services.live.cursor import Cursor
from services.live.inbox import Inbox
from services.live.reading import Filter, Happened, Item, Reading, Ready

Show = Callable[[Loaders, Happened], Awaitable[InboxEvent | None]]


class InboxStream(SharedStream):
    """What one client asked for; `show` turns an event of the log into one of the schema."""

    def __init__(self, inbox: Inbox, owner: UUID, after: Cursor | None, wanted: Filter, show: Show) -> None:
        self._inbox = inbox
        self._owner = owner
        self._after = after
        self._wanted = wanted
        self._show = show

    def reading(self) -> AbstractAsyncContextManager[Reading]:
        return self._inbox.reading(self._owner, self._after, self._wanted)

    def live(self) -> AbstractAsyncContextManager[Reading]:
        return self._inbox.unhurried(self._owner, self._wanted)

    async def show(self, item: Item, loaders: Loaders) -> InboxEvent | None:
        if isinstance(item, Happened):
            return await self._show(loaders, item)
        kind = InboxReady if isinstance(item, Ready) else ResyncRequired
        return kind(cursor=str(item.cursor), occurred_at=item.occurred_at)
