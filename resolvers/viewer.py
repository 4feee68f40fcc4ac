"""Root fields of the viewer, and Relay's node fields."""

from __future__ import annotations

import asyncio
from typing import Annotated

import strawberry

from resolvers.queue import queue_status
from schema import ids
from schema.campaigns import Campaign
from schema.context import CurrentInfo
from schema.conversations import Conversation
from schema.creator_accounts import CreatorAccount
from schema.errors import fault
from schema.fan_imports import FanImport
from schema.fans import Fan
from schema.messages import Message
from schema.node import Node
from schema.permissions import SignedIn
from schema.viewer import Viewer

MOST_NODES = 100


def viewer(info: CurrentInfo) -> Viewer:
    assert info.context.viewer is not None
    return Viewer.of(info.context.viewer)


async def node(
    info: CurrentInfo, id: Annotated[strawberry.ID, strawberry.argument(description="Any global id.")]
) -> Node | None:
    kind, key = ids.parse(id)
    loaders = info.context.loaders
    match kind:
        case "Fan":
            return Fan.of(fan) if (fan := await loaders.fans.load(key)) else None
        case "FanImport":
            return FanImport.of(row) if (row := await loaders.fan_imports.load(key)) else None
        case "Conversation":
            return Conversation.of(found) if (found := await loaders.conversations.load(key)) else None
        case "Message":
            return Message.of(message) if (message := await loaders.messages.load(key)) else None
        case "CreatorAccount":
            return CreatorAccount.of(account) if (account := await loaders.accounts.load(key)) else None
        case "Campaign":
            return Campaign.of(campaign) if (campaign := await loaders.campaigns.load(key)) else None
        case "Viewer":
            return viewer(info) if key == info.context.owner else None
        case "QueueStatus":
            return await queue_status(info) if key == info.context.owner else None
        case _:
            return None


async def nodes(
    info: CurrentInfo, ids: Annotated[list[strawberry.ID], strawberry.argument(description="At most 100 global ids.")]
) -> list[Node | None]:
    if len(ids) > MOST_NODES:
        raise fault("BAD_USER_INPUT", f"At most {MOST_NODES} ids.")
    return list(await asyncio.gather(*(node(info, each) for each in ids)))


@strawberry.type
class ViewerQueries:
    viewer = strawberry.field(viewer, permission_classes=[SignedIn], description="The signed-in user.")
    node = strawberry.field(
        node, permission_classes=[SignedIn], description="Any object by its global id; null if unknown."
    )
    nodes = strawberry.field(
        nodes, permission_classes=[SignedIn], description="Several objects, in the order of their ids."
    )
