"""The user who asks, as she sees herself."""

from __future__ import annotations

from datetime import datetime

import strawberry

from db.queries import conversations, creator_accounts
from schema import ids
from schema.context import CurrentInfo
from schema.context import Viewer as Known
from schema.creator_accounts import CreatorAccount
from schema.node import Node
from services.access.allowance import AllowanceState

KIND = "Viewer"


@strawberry.type(description="How often she may do something, and how often she still may.")
class Allowance:
    operation: str = strawberry.field(description="writes, imports or bulkSends; the latter two are writes as well.")
    limit: int = strawberry.field(description="At most so many in any window.")
    window_seconds: int = strawberry.field(description="Length of the window, which rolls, in seconds.")
    remaining: int = strawberry.field(description="So many more at this moment.")
    resets_at: datetime | None = strawberry.field(description="When all of it is hers again; null: it is.")

    @classmethod
    def of(cls, state: AllowanceState) -> Allowance:
        return cls(
            operation=state.operation.value,
            limit=state.limit,
            window_seconds=state.window_seconds,
            remaining=state.remaining,
            resets_at=state.resets_at,
        )


@strawberry.type(
    description=(
        "The signed-in user. inboxCursor: ask for it before the lists, subscribe with it after them, and nothing falls "
        "between."
    )
)
class Viewer(Node):
    user_id: str = strawberry.field(description="The token's subject.")
    actor: str = strawberry.field(description="Who acts for her: the token's `act`, else herself.")
    time_zone: str = strawberry.field(description="Her IANA time zone; UTC if the token names none.")

    @classmethod
    def of(cls, known: Known) -> Viewer:
        principal = known.principal
        return cls(
            id=ids.encode(KIND, known.owner),
            user_id=principal.subject,
            actor=principal.actor,
            time_zone=principal.time_zone,
        )

    @strawberry.field(description="Where the live inbox stands now; pass it to inboxEvents(after:).")
    async def inbox_cursor(self, info: CurrentInfo) -> str:
        return str(await info.context.inbox.cursor(info.context.owner))

    @strawberry.field(description="What she may do how often; asking counts as nothing.")
    async def allowances(self, info: CurrentInfo) -> list[Allowance]:
        return [Allowance.of(each) for each in await info.context.resources.allowances.remaining(info.context.owner)]

    @strawberry.field(description="Her creator accounts, disconnected ones included, oldest first.")
    async def accounts(self, info: CurrentInfo) -> list[CreatorAccount]:
        async with info.context.database.reads() as session:
            rows = await creator_accounts.of_owner(session, info.context.owner)
        return [CreatorAccount.of(row) for row in rows]

    @strawberry.field(description="Conversations with unread messages, over all accounts.")
    async def unread_conversations(self, info: CurrentInfo) -> int:
        async with info.context.database.reads() as session:
            return await conversations.count_unread(session, info.context.owner)
