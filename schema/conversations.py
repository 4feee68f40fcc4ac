"""Conversations as clients see them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from db.models import Conversation as Row
from db.models import Message as MessageRow
from db.queries import messages as message_queries
from db.queries.keyset import Page, Window
from schema import ids
from schema.context import CurrentInfo
from schema.creator_accounts import CreatorAccount, Platform
from schema.errors import fault
from schema.fans import Fan
from schema.messages import Message
from schema.node import Node
from schema.pagination import Connection, connect, window

KIND = "Conversation"
MESSAGES_A_PAGE = 100


@strawberry.type(description="All messages with one fan.")
class Conversation(Node):
    key: strawberry.Private[UUID]
    fan_key: strawberry.Private[UUID]
    account_key: strawberry.Private[UUID | None]
    last_message_key: strawberry.Private[UUID | None]
    version: int = strawberry.field(description="Rises with each change.")
    platform: Platform = strawberry.field(description="Where it takes place.")
    last_message_at: datetime | None = strawberry.field(description="When the last message was written or sent.")
    last_incoming_at: datetime | None = strawberry.field(description="When the fan last wrote.")
    awaiting_reply: bool = strawberry.field(description="Is the last message the fan's?")
    unread_count: int = strawberry.field(description="Incoming messages the user has not read.")
    created_at: datetime = strawberry.field(description="When it began.")

    @classmethod
    def of(cls, row: Row) -> Conversation:
        return cls(
            id=ids.encode(KIND, row.id),
            key=row.id,
            fan_key=row.fan_id,
            account_key=row.creator_account_id,
            last_message_key=row.last_message_id,
            version=row.version,
            platform=Platform[row.platform],
            last_message_at=row.last_message_at,
            last_incoming_at=row.last_incoming_at,
            awaiting_reply=row.awaiting_reply,
            unread_count=row.unread_count,
            created_at=row.created_at,
        )

    @strawberry.field(description="The creator's account in which it takes place.")
    async def account(self, info: CurrentInfo) -> CreatorAccount | None:
        row = self.account_key and await info.context.loaders.accounts.load(self.account_key)
        return CreatorAccount.of(row) if row else None

    @strawberry.field(description="The fan, also when she was deleted.")
    async def fan(self, info: CurrentInfo) -> Fan:
        row = await info.context.loaders.fans.load(self.fan_key)
        assert row is not None
        return Fan.of(row)

    @strawberry.field(description="The newest message, whoever wrote it.")
    async def last_message(self, info: CurrentInfo) -> Message | None:
        row = self.last_message_key and await info.context.loaders.messages.load(self.last_message_key)
        return Message.of(row) if row else None

    @strawberry.field(
        description="Oldest to newest; without arguments the last 100. `around` opens the page that holds one message."
    )
    async def messages(
        self,
        info: CurrentInfo,
        first: Annotated[int | None, strawberry.argument(description="So many from the front, at most 100.")] = None,
        after: Annotated[str | None, strawberry.argument(description="Begin behind this cursor.")] = None,
        last: Annotated[int | None, strawberry.argument(description="So many from the end, at most 100.")] = None,
        before: Annotated[str | None, strawberry.argument(description="End before this cursor.")] = None,
        around: Annotated[strawberry.ID | None, strawberry.argument(description="A message of it.")] = None,
    ) -> Connection[Message]:
        wanted = window(
            first, after, last, before, usual=MESSAGES_A_PAGE, kinds=message_queries.CURSOR_KINDS, backwards=True
        )
        page = await self._around(info, around, wanted) if around is not None else await self._page(info, wanted)
        return connect(page, Message.of, lambda: self._count(info))

    async def _page(self, info: CurrentInfo, wanted: Window) -> Page[MessageRow]:
        if wanted.backwards and wanted.after is None and wanted.before is None:
            # The usual case, also below a list of conversations: one statement for all of them.
            rows = await info.context.loaders.last_messages(wanted.count + 1).load(self.key)
            return message_queries.last_page(rows, wanted.count)
        async with info.context.database.reads() as session:
            return await message_queries.page_of_conversation(session, info.context.owner, self.key, wanted)

    async def _around(self, info: CurrentInfo, around: str, wanted: Window) -> Page[MessageRow]:
        if wanted.after is not None or wanted.before is not None:
            raise fault("BAD_USER_INPUT", "Give `around` or a cursor, not both.")
        key = ids.decode("Message", around)
        async with info.context.database.reads() as session:
            page = await message_queries.page_around(session, info.context.owner, self.key, key, wanted.count)
        if page is None:
            raise fault("NOT_FOUND", "There is no such message in this conversation.")
        return page

    async def _count(self, info: CurrentInfo) -> int:
        async with info.context.database.reads() as session:
            return await message_queries.count_of_conversation(session, info.context.owner, self.key)
