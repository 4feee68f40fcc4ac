"""Expected failures of the domain, as data.

Services raise `Rejected` with one or more problems; the schema shows them as `errors` beside the entity. Nothing here
knows GraphQL or HTTP. Anything that is not `Rejected` is a defect or a fault, and is masked at the edge.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

Path = tuple[str, ...]


class Code(StrEnum):
    """What a client switches on; the values are those of `ErrorCode` in the public schema."""

    INVALID_INPUT = "INVALID_INPUT"
    NOT_FOUND = "NOT_FOUND"
    RATE_LIMITED = "RATE_LIMITED"
    QUEUE_UNAVAILABLE = "QUEUE_UNAVAILABLE"
    SENDING_DISABLED = "SENDING_DISABLED"
    CONFLICT = "CONFLICT"
    NOT_CONNECTED = "NOT_CONNECTED"
    NOT_SUPPORTED = "NOT_SUPPORTED"


@dataclass(frozen=True, slots=True)
class Problem:
    """One expected failure: its code, a sentence for a person, and where in the arguments it lies."""

    code: Code
    message: str
    path: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvalidInput(Problem):
    """A value that breaks a rule. `rule` is a stable name such as `max_length`; `limit` is the bound, if it has one."""

    code: Code = Code.INVALID_INPUT
    rule: str
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimited(Problem):
    """More calls than the allowance grants: `limit` in `window_seconds`; try again after `retry_after_seconds`."""

    code: Code = Code.RATE_LIMITED
    limit: int
    window_seconds: int
    retry_after_seconds: int


class Rejected(Exception):
    """The request cannot be done, for reasons the caller can read and act on. Nothing was changed."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(f"{problem.code}: {problem.message}" for problem in problems))
        self.problems = problems


def not_found(what: str, path: Path) -> Rejected:
    """The one answer for an id that is unknown, foreign or malformed."""
    return Rejected(Problem(Code.NOT_FOUND, f"There is no such {what}.", path))


def invalid(message: str, path: Path, rule: str, limit: int | None = None) -> InvalidInput:
    return InvalidInput(message=message, path=path, rule=rule, limit=limit)
