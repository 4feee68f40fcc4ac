"""The allowances of users: writes, imports and bulk sends in a rolling window."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.access.allowance import Allowance, AllowanceState, Operation, Standing
from services.access.local_windows import LocalWindows
from services.access.shared_windows import SharedWindows
from services.problems import Rejected
from services.runtime.clock import Clock

log = structlog.get_logger(service="access")

ASK_AGAIN_SECONDS = 1.0
"""After Redis has failed it is left alone for so long, or each mutation would wait for its timeout."""


class Allowances:
    """Counted in Redis over all processes; while Redis is away, in each process by itself."""

    def __init__(self, redis: Redis, clock: Clock, allowances: Iterable[Allowance]) -> None:
        self._shared = SharedWindows(redis)
        self._local = LocalWindows(clock)
        self._clock = clock
        self._allowances = {allowance.operation: allowance for allowance in allowances}
        self._ask_again_at = clock.monotonic()

    async def take(self, owner: UUID, operation: Operation) -> None:
        """Count one; it stays counted whatever comes of it. Raises Rejected(RateLimited), and counts nothing then."""
        allowance = self._allowances[operation]
        standing = await self._standing(owner, allowance, take=True)
        if not standing.granted:
            raise Rejected(allowance.exceeded(standing.wait_seconds))

    async def remaining(self, owner: UUID) -> list[AllowanceState]:
        """How the owner stands with each operation; counts nothing."""
        return [_state(each, await self._standing(owner, each, take=False)) for each in self._allowances.values()]

    async def _standing(self, owner: UUID, allowance: Allowance, *, take: bool) -> Standing:
        standing = await self._shared_standing(owner, allowance, take=take)
        if standing is None:
            return self._local.standing(owner, allowance, take=take)
        if standing.granted:
            self._local.note(owner, allowance)
        return standing

    async def _shared_standing(self, owner: UUID, allowance: Allowance, *, take: bool) -> Standing | None:
        """None while Redis is away."""
        if self._clock.monotonic() < self._ask_again_at:
            return None
        try:
            return await self._shared.standing(owner, allowance, take=take)
        except (RedisError, OSError) as error:
            self._ask_again_at = self._clock.monotonic() + ASK_AGAIN_SECONDS
            log.warning("allowances_counted_locally", action="take", error=type(error).__name__)
            return None


def _state(allowance: Allowance, standing: Standing) -> AllowanceState:
    return AllowanceState(
        operation=allowance.operation,
        limit=allowance.limit,
        window_seconds=allowance.window_seconds,
        remaining=max(0, allowance.limit - standing.used),
        resets_at=standing.whole_at,
    )
