"""Conversations as clients see them."""

from __future__ import annotations

import asyncio
from datetime import datetime
from enum import Enum
from typing import Annotated
from uuid import UUID

import strawberry

from db.models import Conversation as Row
from db.models import Message as MessageRow
from db.queries import message_pages
from db.queries.keyset import Page, Window
from schema import ids
from schema.context import CurrentInfo
from schema.creator_accounts import CreatorAccount, Platform
from schema.errors import UserError, fault
from schema.fans import Fan
from schema.messages import Message
from schema.node import Node
from schema.ordering import OrderDirection
from schema.pagination import After, Before, Connection, First, Last, connect, window
from schema.scalars import Cents

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

    @strawberry.field(
        description="The newest message; one of a campaign or a schedule once it was sent, a cancelled one never."
    )
    async def last_message(self, info: CurrentInfo) -> Message | None:
        row = self.last_message_key and await info.context.loaders.messages.load(self.last_message_key)
        return Message.of(row) if row else None

    @strawberry.field(
        description="Oldest to newest; without arguments the last 100. `around` opens the page that holds one message."
    )
    async def messages(
        self,
        info: CurrentInfo,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        around: Annotated[strawberry.ID | None, strawberry.argument(description="A message of it.")] = None,
    ) -> Connection[Message]:
        wanted = window(
            first, after, last, before, usual=MESSAGES_A_PAGE, kinds=message_pages.CURSOR_KINDS, backwards=True
        )
        loaders = info.context.loaders
        if around is None:
            page = await loaders.message_pages(wanted).load(self.key)
        else:
            page = await self._around(info, around, wanted)
        return connect(page, Message.of, lambda: loaders.message_counts.load(self.key))

    async def _around(self, info: CurrentInfo, around: str, wanted: Window) -> Page[MessageRow]:
        if wanted.after is not None or wanted.before is not None:
            raise fault("BAD_USER_INPUT", "Give `around` or a cursor, not both.")
        loaders = info.context.loaders
        message = await loaders.messages.load(ids.decode("Message", around))
        if message is None or message.conversation_id != self.key or not message_pages.in_conversation(message):
            raise fault("NOT_FOUND", "There is no such message in this conversation.")
        windows = message_pages.windows_around(message, wanted.count)
        older, newer = await asyncio.gather(*(loaders.message_pages(each).load(self.key) for each in windows))
        return message_pages.page_around(message, older, newer)


@strawberry.enum(description="What a list of conversations may be ordered by.")
class ConversationOrderField(Enum):
    LAST_MESSAGE_AT = strawberry.enum_value("LAST_MESSAGE_AT", description="The last message, whoever wrote it.")
    LAST_INCOMING_AT = strawberry.enum_value("LAST_INCOMING_AT", description="The fan's last message.")


@strawberry.input(
    description="The order of a list of conversations; by LAST_MESSAGE_AT, newest first, if none is given."
)
class ConversationOrder:
    field: ConversationOrderField = strawberry.field(description="What to order by.")
    direction: OrderDirection = strawberry.field(default=OrderDirection.DESC, description="Which end comes first.")


@strawberry.input(description="Which conversations; all that is given must hold. Bounds are included.")
class ConversationFilter:
    unread_only: bool | None = strawberry.field(default=None, description="Only those with unread messages?")
    awaiting_reply: bool | None = strawberry.field(default=None, description="Is the last message the fan's?")
    platform: Platform | None = strawberry.field(default=None, description="Where they take place.")
    account_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Of these accounts, at most 100; of none where the list is empty."
    )
    search: str | None = strawberry.field(
        default=None,
        description=(
            "Words, by their beginnings, that are all in the fan's name, handle or e-mail address, or all in one "
            "message; at most 200 characters."
        ),
    )
    tags: list[str] | None = strawberry.field(default=None, description="With fans who carry all of them; at most 50.")
    min_fan_value_cents: Cents | None = strawberry.field(default=None, description="With fans who paid so much.")
    active_after: datetime | None = strawberry.field(default=None, description="Last message at this moment or later.")
    active_before: datetime | None = strawberry.field(
        default=None, description="Last message at this moment or earlier."
    )


@strawberry.type(description="The conversation, or why nothing was changed.")
class ConversationPayload:
    conversation: Conversation | None = strawberry.field(default=None, description="The conversation as it now stands.")
    errors: list[UserError] = strawberry.field(default_factory=list, description="Expected failures; empty if none.")
