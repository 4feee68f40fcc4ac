"""What we need of CloudWatch, in our own words; `services.runtime.aws_cloudwatch` provides it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from services.monitoring.metrics import Datum
from services.runtime.sqs_failure import FailureKind

_NEVER_TAKEN = ("EndpointConnection", "ConnectTimeout", "ServiceUnavailable")


class CloudWatchFailure(Exception):
    """A call to CloudWatch did not succeed. `code` is its error code, or the name of the network fault."""

    def __init__(self, code: str, message: str, kind: FailureKind) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.kind = kind

    @property
    def again(self) -> bool:
        """Whether nothing was taken for certain, and the same request may be taken later."""
        refused = self.kind in {FailureKind.THROTTLED, FailureKind.PERMISSION}
        return refused or any(word in self.code for word in _NEVER_TAKEN)


class CloudWatch(Protocol):
    async def put(self, data: Sequence[Datum]) -> None:
        """One request, never repeated. Raises CloudWatchFailure."""
        ...
