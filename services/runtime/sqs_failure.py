"""Why SQS did not do as it was told, and whether the same call may succeed later."""

from __future__ import annotations

from enum import StrEnum

_THROTTLED = ("Throttl", "TooManyRequests", "OverLimit", "SlowDown")
_PERMISSION = (
    "AccessDenied", "Unauthorized", "NotAuthorized", "ClientTokenId", "UnrecognizedClient", "ExpiredToken",
    "SignatureDoesNotMatch", "MissingAuthentication", "InvalidSecurity", "OptInRequired", "NonExistentQueue",
    "QueueDoesNotExist", "InvalidAddress", "KmsDisabled", "KmsNotFound", "KmsInvalid", "NoCredentials",
)  # fmt: skip


class FailureKind(StrEnum):
    """Why SQS did not do as it was told."""

    THROTTLED = "throttled"
    PERMISSION = "permission"
    """Not allowed, not known, or no such queue: SQS does not always tell these apart."""
    NETWORK = "network"
    SERVER = "server"
    REQUEST = "request"
    """The request itself is wrong and will be refused again."""


class SqsFailure(Exception):
    """A call to SQS did not succeed. `code` is its error code, or the name of the network fault."""

    def __init__(self, code: str, message: str, kind: FailureKind) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.kind = kind

    @property
    def transient(self) -> bool:
        """May the same call succeed later, once someone or something has been mended?"""
        return self.kind is not FailureKind.REQUEST


def kind_of(code: str, status: int) -> FailureKind:
    """Judge an error code of SQS and the HTTP status beside it (0 where there was none)."""
    if status == 429 or any(word in code for word in _THROTTLED):
        return FailureKind.THROTTLED
    if status in {401, 403} or any(word in code for word in _PERMISSION):
        return FailureKind.PERMISSION
    return FailureKind.SERVER if status >= 500 else FailureKind.REQUEST
