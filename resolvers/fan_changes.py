"""Root fields that change fans."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry

from resolvers.payloads import answering
from schema import ids
from schema.context import CurrentInfo
from schema.fans import KIND, CreateFanInput, DeleteFanPayload, Fan, FanPayload, UpdateFanInput
from services.fans.create import NewFan
from services.fans.update import FanChanges

WRITABLE = (
    "name", "handle", "email", "avatar", "platform_fan_id", "tags", "notes", "value_cents", "last_seen_at",
)  # fmt: skip


@answering(FanPayload)
async def create_fan(
    info: CurrentInfo, input: Annotated[CreateFanInput, strawberry.argument(description="The fan.")]
) -> FanPayload:
    new = NewFan(
        name=input.name,
        platform=input.platform.name,
        account_id=ids.decode_optional("CreatorAccount", input.account_id),
        handle=input.handle,
        email=input.email,
        avatar=input.avatar,
        platform_fan_id=input.platform_fan_id,
        tags=tuple(input.tags or ()),
        notes=input.notes,
        value_cents=input.value_cents or 0,
        last_seen_at=input.last_seen_at,
    )
    return FanPayload(fan=Fan.of(await info.context.resources.fans.create(info.context.owner, new)))


@answering(FanPayload)
async def update_fan(
    info: CurrentInfo, input: Annotated[UpdateFanInput, strawberry.argument(description="What to change.")]
) -> FanPayload:
    changes = FanChanges(
        fan_id=ids.decode(KIND, input.id),
        expected_version=input.expected_version,
        values=_given(input),
        add_tags=tuple(input.add_tags or ()),
        remove_tags=tuple(input.remove_tags or ()),
    )
    return FanPayload(fan=Fan.of(await info.context.resources.fans.update(info.context.owner, changes)))


def _given(input: UpdateFanInput) -> dict[str, Any]:
    values = {column: getattr(input, column) for column in WRITABLE}
    return {column: value for column, value in values.items() if value is not strawberry.UNSET}


@answering(DeleteFanPayload)
async def delete_fan(
    info: CurrentInfo,
    id: Annotated[strawberry.ID, strawberry.argument(description="The fan.")],
    erase: Annotated[
        bool, strawberry.argument(description="Also remove her personal data everywhere, for good.")
    ] = False,
) -> DeleteFanPayload:
    changes = info.context.resources.fans
    leave = changes.erase if erase else changes.delete
    deleted = await leave(info.context.owner, ids.decode(KIND, id))
    talk = deleted.conversation_id
    return DeleteFanPayload(
        deleted_id=ids.encode(KIND, deleted.fan_id),
        deleted_conversation_id=None if talk is None else ids.encode("Conversation", talk),
    )
