"""Fans as clients see them."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from db.models import Fan as Row
from schema import ids
from schema.context import CurrentInfo
from schema.creator_accounts import CreatorAccount, Platform
from schema.errors import UserError
from schema.node import Node
from schema.ordering import OrderDirection
from schema.scalars import Cents

if TYPE_CHECKING:
    from schema.conversations import Conversation

KIND = "Fan"


@strawberry.type(description="A fan of a creator. Deleted and erased fans stay as tombstones behind their messages.")
class Fan(Node):
    key: strawberry.Private[UUID]
    account_key: strawberry.Private[UUID | None]
    version: int = strawberry.field(description="Rises with each change.")
    name: str = strawberry.field(description="How she is called.")
    handle: str | None = strawberry.field(description="Her name on the platform, with @ in front.")
    email: str | None = strawberry.field(description="Her e-mail address.")
    avatar: str | None = strawberry.field(description="Address of a picture.")
    platform: Platform = strawberry.field(description="Where she is.")
    platform_fan_id: str | None = strawberry.field(description="The platform's own id, once it is known.")
    tags: list[str] = strawberry.field(description="Labels, in the order they were given.")
    value_cents: Cents = strawberry.field(description="What she paid in all.")
    last_seen_at: datetime | None = strawberry.field(description="When she last wrote, paid or was seen.")
    notes: str | None = strawberry.field(description="The user's own notes.")
    created_at: datetime = strawberry.field(description="When she was added.")
    updated_at: datetime = strawberry.field(description="When she was last changed.")
    deleted_at: datetime | None = strawberry.field(description="When she was deleted; null while she is here.")

    @classmethod
    def of(cls, row: Row) -> Fan:
        return cls(
            id=ids.encode(KIND, row.id),
            key=row.id,
            account_key=row.creator_account_id,
            version=row.version,
            name=row.name,
            handle=row.handle,
            email=row.email,
            avatar=row.avatar,
            platform=Platform[row.platform],
            platform_fan_id=row.platform_fan_id,
            tags=row.tags,
            value_cents=Cents(row.value_cents),
            last_seen_at=row.last_seen_at,
            notes=row.notes,
            created_at=row.created_at,
            updated_at=row.updated_at,
            deleted_at=row.deleted_at,
        )

    @strawberry.field(description="The creator's account she belongs to.")
    async def account(self, info: CurrentInfo) -> CreatorAccount | None:
        row = self.account_key and await info.context.loaders.accounts.load(self.account_key)
        return CreatorAccount.of(row) if row else None

    @strawberry.field(description="The conversation with her; null before the first message.")
    async def conversation(
        self, info: CurrentInfo
    ) -> Annotated[Conversation, strawberry.lazy("schema.conversations")] | None:
        from schema.conversations import Conversation

        row = await info.context.loaders.conversation_of_fan.load(self.key)
        return Conversation.of(row) if row else None


@strawberry.input(
    description="A fan to add. accountId: needed only when the user has several accounts on the platform."
)
class CreateFanInput:
    name: str = strawberry.field(description="1 to 200 characters.")
    account_id: strawberry.ID | None = strawberry.field(default=None, description="The creator's account.")
    handle: str | None = strawberry.field(default=None, description="With or without @, at most 100 characters.")
    email: str | None = strawberry.field(default=None, description="An e-mail address.")
    avatar: str | None = strawberry.field(default=None, description="An http or https address.")
    platform: Platform = strawberry.field(default=Platform.ONLYFANS, description="Where she is.")
    platform_fan_id: str | None = strawberry.field(default=None, description="The platform's own id, if known.")
    tags: list[str] | None = strawberry.field(default=None, description="At most 50, of at most 50 characters each.")
    notes: str | None = strawberry.field(default=None, description="At most 10,000 characters.")
    value_cents: Cents | None = strawberry.field(default=None, description="What she has paid so far.")
    last_seen_at: datetime | None = strawberry.field(
        default=None, description="When she was last seen; from 1970 to 2100."
    )


@strawberry.type(description="The fan, or why nothing was changed.")
class FanPayload:
    fan: Fan | None = strawberry.field(default=None, description="The fan as she now stands.")
    errors: list[UserError] = strawberry.field(default_factory=list, description="Expected failures; empty if none.")


@strawberry.enum(description="What a list of fans may be ordered by.")
class FanOrderField(Enum):
    VALUE_CENTS = strawberry.enum_value("VALUE_CENTS", description="What she paid in all.")
    LAST_SEEN_AT = strawberry.enum_value("LAST_SEEN_AT", description="When she was last seen.")
    CREATED_AT = strawberry.enum_value("CREATED_AT", description="When she was added.")
    NAME = strawberry.enum_value("NAME", description="Her name; neither case nor accents count.")


@strawberry.input(description="The order of a list of fans; by CREATED_AT, newest first, if none is given.")
class FanOrder:
    field: FanOrderField = strawberry.field(description="What to order by.")
    direction: OrderDirection = strawberry.field(default=OrderDirection.DESC, description="Which end comes first.")


@strawberry.input(description="Which fans; all that is given must hold. Bounds are included.")
class FanFilter:
    search: str | None = strawberry.field(
        default=None,
        description="Words of name, handle or e-mail address, by their beginnings; at most 200 characters.",
    )
    tags: list[str] | None = strawberry.field(default=None, description="Fans that carry all of them; at most 50.")
    platform: Platform | None = strawberry.field(default=None, description="Where they are.")
    account_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Of these accounts, at most 100; of none where the list is empty."
    )
    min_value_cents: Cents | None = strawberry.field(default=None, description="Who paid at least so much.")
    max_value_cents: Cents | None = strawberry.field(default=None, description="Who paid at most so much.")
    seen_after: datetime | None = strawberry.field(default=None, description="Last seen at this moment or later.")
    seen_before: datetime | None = strawberry.field(default=None, description="Last seen at this moment or earlier.")


@strawberry.type(description="A tag, and how many living fans carry it.")
class TagCount:
    tag: str = strawberry.field(description="The tag.")
    fans: int = strawberry.field(description="How many fans.")


@strawberry.input(
    description=(
        "Absent = unchanged, null = cleared. expectedVersion: CONFLICT when someone else changed her first. addTags "
        "and removeTags change the tags she has, or those given beside them."
    )
)
class UpdateFanInput:
    id: strawberry.ID = strawberry.field(description="The fan.")
    expected_version: int | None = strawberry.field(default=None, description="The version that was edited.")
    name: str | None = strawberry.field(default=strawberry.UNSET, description="1 to 200 characters; cannot be cleared.")
    handle: str | None = strawberry.field(
        default=strawberry.UNSET, description="With or without @, at most 100 characters."
    )
    email: str | None = strawberry.field(default=strawberry.UNSET, description="An e-mail address.")
    avatar: str | None = strawberry.field(default=strawberry.UNSET, description="An http or https address.")
    platform_fan_id: str | None = strawberry.field(default=strawberry.UNSET, description="The platform's own id.")
    tags: list[str] | None = strawberry.field(
        default=strawberry.UNSET, description="All her tags: at most 50, of at most 50 characters each."
    )
    add_tags: list[str] | None = strawberry.field(default=None, description="Tags she shall have too.")
    remove_tags: list[str] | None = strawberry.field(default=None, description="Tags she shall not have.")
    notes: str | None = strawberry.field(default=strawberry.UNSET, description="At most 10,000 characters.")
    value_cents: Cents | None = strawberry.field(
        default=strawberry.UNSET, description="What she has paid in all; cleared, it is 0."
    )
    last_seen_at: datetime | None = strawberry.field(
        default=strawberry.UNSET, description="When she was last seen; from 1970 to 2100."
    )


@strawberry.type(description="What is in no list any more, or why nothing was changed.")
class DeleteFanPayload:
    deleted_id: strawberry.ID | None = strawberry.field(default=None, description="The fan.")
    deleted_conversation_id: strawberry.ID | None = strawberry.field(
        default=None, description="Her conversation, if there is one."
    )
    errors: list[UserError] = strawberry.field(default_factory=list, description="Expected failures; empty if none.")
