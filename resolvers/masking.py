"""What of an error a client may see. The one place where the unexpected is masked, over HTTP and websocket alike."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import uuid4

import structlog
from graphql import GraphQLError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from schema.errors import fault
from services.access.key_set import KeysUnavailable
from services.monitoring.logs import traced

log = structlog.get_logger(service="api")

QUERY_CANCELED = "57014"

LONGEST_MESSAGE = 500
"""In characters. GraphQL quotes the client's own values, whole, in what it says of them."""

UNAVAILABLE = (PoolTimeout, OperationalError, InterfaceError, ConnectionError, KeysUnavailable)
"""A part that is away, which passes."""


def masked(errors: Iterable[GraphQLError]) -> list[GraphQLError]:
    """The same errors, each with a code, and with nothing internal in them."""
    return [_masked(error) for error in errors]


def _masked(error: GraphQLError) -> GraphQLError:
    cause = _root(error)
    if cause is None or isinstance(cause, GraphQLError) or error.path is None:
        own = getattr(cause, "extensions", None) or error.extensions or {}
        return _like(error, error.message, {"code": own.get("code", "BAD_USER_INPUT")})
    return _unexpected(error, cause)


def passes(error: GraphQLError) -> bool:
    """Whether it came of a part that is away."""
    return isinstance(_root(error), UNAVAILABLE)


def _root(error: GraphQLError) -> BaseException | None:
    """The exception that began it; None for an error of GraphQL itself, which is the client's."""
    cause = error.original_error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return cause


def _unexpected(error: GraphQLError, cause: BaseException) -> GraphQLError:
    if _is_timeout(cause):
        return _like(error, "It took too long.", {"code": "TIMEOUT"})
    if _is_away(cause):
        log.warning("unavailable", action="resolve", error=type(cause).__name__, path=error.path)
        return _like(error, "Temporarily unavailable; try again.", {"code": "UNAVAILABLE"})
    correlation_id = str(uuid4())
    log.error("unexpected_error", action="resolve", correlationId=correlation_id, path=error.path, **traced(cause))
    message = f"Something went wrong on our side. Correlation id: {correlation_id}"
    return _like(error, message, {"code": "INTERNAL", "correlationId": correlation_id})


def _is_away(cause: BaseException) -> bool:
    """A connection that broke in the middle of a statement is one that is away, too."""
    return isinstance(cause, UNAVAILABLE) or (isinstance(cause, DBAPIError) and cause.connection_invalidated)


def _is_timeout(cause: BaseException) -> bool:
    canceled = isinstance(cause, DBAPIError) and getattr(cause.orig, "sqlstate", None) == QUERY_CANCELED
    return canceled or type(cause) is TimeoutError


def _like(error: GraphQLError, message: str, extensions: dict[str, object]) -> GraphQLError:
    return GraphQLError(_clipped(message), nodes=error.nodes, path=error.path, extensions=extensions)


def _clipped(message: str) -> str:
    return message if len(message) <= LONGEST_MESSAGE else message[: LONGEST_MESSAGE - 1] + "…"


def unauthenticated() -> GraphQLError:
    return fault("UNAUTHENTICATED", "Sign in first.")
