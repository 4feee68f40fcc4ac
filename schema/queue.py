"""The queue's status and the product's health as clients see them."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from uuid import UUID

import strawberry

from schema import ids
from schema.creator_accounts import Backlog, RateLimit
from schema.node import Node
from services.monitoring.health import Component
from services.pacing.limit import Limit
from services.sending.status import QueueStatus as Found

KIND = "QueueStatus"


@strawberry.enum(description="How something is.")
class HealthStatus(Enum):
    HEALTHY = strawberry.enum_value("HEALTHY", description="All is well.")
    DEGRADED = strawberry.enum_value("DEGRADED", description="It works in part, or late.")
    UNAVAILABLE = strawberry.enum_value("UNAVAILABLE", description="It does not work.")


@strawberry.type(
    description=(
        "The viewer's own messages: depth = accepted and not yet under way, inFlight = being sent; total is their sum. "
        "Today: since midnight in the viewer's time zone."
    )
)
class QueueStatus(Node):
    depth: int = strawberry.field(description="Accepted and not yet under way, those scheduled for later included.")
    in_flight: int = strawberry.field(description="Being sent at this moment.")
    dlq_count: int | None = strawberry.field(
        description="Messages in the dead-letter queue, at most 5 seconds old; null: it cannot be asked."
    )
    total: int = strawberry.field(description="depth and inFlight together.")
    last_processed_at: datetime | None = strawberry.field(description="When a message last ended its way.")
    estimated_time_seconds: int = strawberry.field(
        description="Until all that may leave now is sent, in seconds, if nothing changes; that of the longest account."
    )
    rate_limit: RateLimit = strawberry.field(description="The limit of each account.")
    messages_queued_today: int = strawberry.field(
        description="Taken by the queue today; one that is sent again by hand counts where it was queued last."
    )
    messages_processed_today: int = strawberry.field(
        description="Ended their way today, well or not: sent, failed or UNKNOWN. Cancelled ones never went it."
    )
    failure_rate: float = strawberry.field(
        description="Today's failed of processed, 0 to 1. UNKNOWN ones are processed and have not failed."
    )
    backlog: Backlog = strawberry.field(description="All accounts together.")
    health: HealthStatus = strawberry.field(
        description="DEGRADED while sending is off, no worker, queue or Redis answers, or too many fail."
    )
    health_message: str = strawberry.field(description="The same in words.")
    timestamp: datetime = strawberry.field(description="When this was counted.")

    @classmethod
    def of(cls, owner: UUID, found: Found, limit: Limit) -> QueueStatus:
        counts = found.counts
        return cls(
            id=ids.encode(KIND, owner),
            depth=counts.waiting,
            in_flight=counts.sending,
            dlq_count=found.dlq_count,
            total=counts.waiting + counts.sending,
            last_processed_at=found.last_processed_at,
            estimated_time_seconds=found.drain_seconds,
            rate_limit=RateLimit.of(limit),
            messages_queued_today=found.queued_today,
            messages_processed_today=found.processed_today,
            failure_rate=found.failure_rate,
            backlog=Backlog(
                waiting=counts.waiting,
                sending=counts.sending,
                failed=counts.failed,
                unknown=counts.unknown,
                next_send_at=found.next_send_at,
                estimated_drain_seconds=found.drain_seconds,
            ),
            health=HealthStatus.DEGRADED if found.trouble else HealthStatus.HEALTHY,
            health_message=found.trouble or "All is well.",
            timestamp=found.timestamp,
        )


@strawberry.type(description="One part of the product.")
class ComponentHealth:
    name: str = strawberry.field(description="database, redis, queue or worker.")
    status: HealthStatus = strawberry.field(description="How it is.")
    detail: str | None = strawberry.field(description="What is wrong, in words.")
    latency_ms: float | None = strawberry.field(description="How long it took to answer, in milliseconds.")

    @classmethod
    def of(cls, found: Component) -> ComponentHealth:
        return cls(
            name=found.name,
            status=HealthStatus[found.status.name],
            detail=found.detail,
            latency_ms=found.latency_ms,
        )


@strawberry.type(description="The product as a whole.")
class SystemHealth:
    status: HealthStatus = strawberry.field(description="UNAVAILABLE without the database, else the worst of the rest.")
    components: list[ComponentHealth] = strawberry.field(description="Each part by itself.")
    timestamp: datetime = strawberry.field(description="When they were asked.")
