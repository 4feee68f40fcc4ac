"""Root fields of the queue's status and of health."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import strawberry

from schema.context import CurrentInfo
from schema.permissions import SignedIn
from schema.queue import ComponentHealth, HealthStatus, QueueStatus, SystemHealth
from services.monitoring.health import overall
from services.sending.status_watch import topic


async def queue_status(info: CurrentInfo) -> QueueStatus:
    context = info.context
    assert context.viewer is not None
    found = await context.resources.queue_status.queue_status(context.owner, context.viewer.principal.time_zone)
    return QueueStatus.of(context.owner, found, context.resources.limit)


async def queue_status_watched(info: CurrentInfo) -> AsyncGenerator[QueueStatus, None]:
    context = info.context
    assert context.viewer is not None
    watched = topic(context.resources.queue_status, context.owner, context.viewer.principal.time_zone)
    async for found in context.watches.states(watched):
        yield QueueStatus.of(context.owner, found, context.resources.limit)


async def system_health(info: CurrentInfo) -> SystemHealth:
    resources = info.context.resources
    components = await resources.health.components()
    return SystemHealth(
        status=HealthStatus[overall(components).name],
        components=[ComponentHealth.of(each) for each in components],
        timestamp=resources.clock.now(),
    )


@strawberry.type
class QueueQueries:
    queue_status = strawberry.field(
        queue_status, permission_classes=[SignedIn], description="The viewer's messages on their way."
    )
    system_health = strawberry.field(
        system_health, permission_classes=[SignedIn], description="Database, Redis, queue and worker."
    )


@strawberry.type
class QueueSubscriptions:
    queue_status = strawberry.subscription(
        queue_status_watched,
        permission_classes=[SignedIn],
        description="The present status at once, then each change, at most once a second.",
    )
