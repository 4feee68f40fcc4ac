"""What a user may do how often, and how she stands. A window rolls: never more than `limit` in any `window_seconds`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.problems import RateLimited
from services.runtime.settings import Settings

MINUTE, HOUR = 60, 3600


class Operation(StrEnum):
    """What is counted. A bulk send and an import are writes as well."""

    WRITES = "writes"
    IMPORTS = "imports"
    BULK_SENDS = "bulkSends"


WORDS = {Operation.WRITES: "writes", Operation.IMPORTS: "imports", Operation.BULK_SENDS: "bulk sends"}


@dataclass(frozen=True, slots=True)
class Allowance:
    operation: Operation
    limit: int
    window_seconds: int

    def exceeded(self, wait_seconds: float) -> RateLimited:
        """The problem a caller is told; whole seconds, never too few."""
        wait = max(1, math.ceil(wait_seconds))
        words = WORDS[self.operation]
        return RateLimited(
            message=f"At most {self.limit:,} {words} in {self.window_seconds:,} s; try again in {wait:,} s.",
            limit=self.limit,
            window_seconds=self.window_seconds,
            retry_after_seconds=wait,
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """Of one window. `granted`: one more was asked for and counted; `wait_seconds`: until one more would be."""

    granted: bool
    used: int
    wait_seconds: float
    whole_at: datetime | None
    """When nothing is used any more; None: nothing is."""


@dataclass(frozen=True, slots=True)
class AllowanceState:
    """How a user stands with one operation. `resets_at`: when all of it is hers again; None: it is."""

    operation: Operation
    limit: int
    window_seconds: int
    remaining: int
    resets_at: datetime | None


def allowances_of(settings: Settings) -> tuple[Allowance, ...]:
    return (
        Allowance(Operation.WRITES, settings.writes_per_minute, MINUTE),
        Allowance(Operation.IMPORTS, settings.imports_per_hour, HOUR),
        Allowance(Operation.BULK_SENDS, settings.bulk_sends_per_hour, HOUR),
    )
