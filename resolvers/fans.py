"""Root fields of fans."""

from __future__ import annotations

from typing import Annotated

import strawberry

from resolvers.payloads import answering
from schema import ids
from schema.context import CurrentInfo
from schema.fans import KIND, CreateFanInput, Fan, FanPayload
from schema.permissions import SignedIn
from services.fans.create import NewFan


async def fan(
    info: CurrentInfo, id: Annotated[strawberry.ID, strawberry.argument(description="The fan.")]
) -> Fan | None:
    row = await info.context.loaders.fans.load(ids.decode(KIND, id))
    return Fan.of(row) if row else None


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


@strawberry.type
class FanQueries:
    fan = strawberry.field(fan, permission_classes=[SignedIn], description="One fan; null if unknown.")


@strawberry.type
class FanMutations:
    create_fan = strawberry.mutation(create_fan, permission_classes=[SignedIn], description="Add a fan by hand.")
