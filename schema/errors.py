"""Failures as clients see them: expected ones as data, faults of transport as GraphQL errors with a code."""

from __future__ import annotations

from enum import Enum

import strawberry
from graphql import GraphQLError

from services import problems
from services.problems import Problem


@strawberry.enum(description="What a client switches on.")
class ErrorCode(Enum):
    INVALID_INPUT = strawberry.enum_value("INVALID_INPUT", description="A value breaks a rule; see `rule` and `path`.")
    NOT_FOUND = strawberry.enum_value("NOT_FOUND", description="Unknown, foreign and malformed ids alike.")
    RATE_LIMITED = strawberry.enum_value("RATE_LIMITED", description="Too many calls; see `retryAfterSeconds`.")
    QUEUE_UNAVAILABLE = strawberry.enum_value(
        "QUEUE_UNAVAILABLE", description="Stored, but the queue took nothing; try again with retryMessages."
    )
    SENDING_DISABLED = strawberry.enum_value("SENDING_DISABLED", description="Switched off by the operator.")
    CONFLICT = strawberry.enum_value("CONFLICT", description="Somebody or something else came first.")
    NOT_CONNECTED = strawberry.enum_value("NOT_CONNECTED", description="No connected account to do it with.")
    NOT_SUPPORTED = strawberry.enum_value("NOT_SUPPORTED", description="The platform cannot do it, or has no adapter.")


@strawberry.interface(description="An expected failure. Ignore types you do not know; `code` always tells enough.")
class UserError:
    code: ErrorCode = strawberry.field(description="What kind of failure it is.")
    message: str = strawberry.field(description="A sentence for a person.")
    path: list[str] | None = strawberry.field(
        default=None, description='Where in the arguments, e.g. ["input", "attachments", "0", "url"].'
    )


@strawberry.type(description="A value that breaks a rule. Nothing was stored.")
class InvalidInput(UserError):
    rule: str = strawberry.field(description="The rule's stable name, such as max_length.")
    limit: int | None = strawberry.field(default=None, description="The bound, where the rule has one.")


@strawberry.type(description="More calls than the allowance grants.")
class RateLimited(UserError):
    limit: int = strawberry.field(description="Calls granted in a window.")
    window_seconds: int = strawberry.field(description="Length of the window, in seconds.")
    retry_after_seconds: int = strawberry.field(description="Try again after so many seconds.")


@strawberry.type(description="Any other expected failure.")
class OperationError(UserError):
    pass


ERROR_TYPES = (InvalidInput, RateLimited, OperationError)


def shown(problem: Problem) -> UserError:
    """A problem of the domain as its GraphQL type."""
    code, path = ErrorCode[problem.code.name], list(problem.path) if problem.path is not None else None
    match problem:
        case problems.InvalidInput():
            limit = problem.limit if problem.limit is None or abs(problem.limit) < 2**31 else None
            return InvalidInput(code=code, message=problem.message, path=path, rule=problem.rule, limit=limit)
        case problems.RateLimited():
            return RateLimited(
                code=code,
                message=problem.message,
                path=path,
                limit=problem.limit,
                window_seconds=problem.window_seconds,
                retry_after_seconds=problem.retry_after_seconds,
            )
        case _:
            return OperationError(code=code, message=problem.message, path=path)


def fault(code: str, message: str) -> GraphQLError:
    """A GraphQL error with a code of the contract's head comment; its text may reach the client."""
    return GraphQLError(message, extensions={"code": code})
