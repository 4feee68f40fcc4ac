"""From a result to what a client is sent, over HTTP and websocket alike: masked errors, JSON in UTF-8."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from graphql import GraphQLError
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from resolvers.masking import masked
from resolvers.transport.media_types import MediaType
from schema.errors import fault

UNSTORABLE = {"22021", "22P05"}
"""PostgreSQL's codes for NUL in text and in JSON."""
NO_FIELD = ["(operation)"]
"""The path of what was raised outside any field. The mask takes an error without a path for the client's own."""
CLIENTS_OWN = (MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError)


def timed_out() -> GraphQLError:
    return fault("TIMEOUT", "It took too long. A mutation may still complete: look before you repeat it.")


def shown(errors: Iterable[GraphQLError] | None) -> list[GraphQLError]:
    """The errors as a client may see them."""
    return [_placed(error) for error in masked(_prepared(error) for error in errors or ())]


def unexpected(error: Exception) -> GraphQLError:
    """What a client sees of an exception nobody has reckoned with."""
    return shown([GraphQLError(str(error), original_error=error)])[0]


def body(result: ExecutionResult) -> dict[str, Any]:
    """A GraphQL response; without `data` where execution has not begun."""
    answer: dict[str, Any] = {} if never_began(result) else {"data": result.data}
    if result.errors:
        answer["errors"] = [error.formatted for error in shown(result.errors)]
    if result.extensions:
        answer["extensions"] = result.extensions
    return answer


def never_began(result: ExecutionResult) -> bool:
    """Parsing, validation or the coercion of variables failed. An error of a field has a path."""
    if isinstance(result, PreExecutionError):
        return True
    return result.data is None and all(error.path is None for error in result.errors or ())


def status(answer: dict[str, Any], media_type: MediaType) -> int:
    """HTTP's status: `application/json` is 200 whatever the operation came to, for clients that know no better."""
    return 200 if "data" in answer or media_type is MediaType.JSON else 400


def encoded(value: object) -> str:
    """JSON. Half a surrogate pair, which only a client's own text can hold, leaves as it came: escaped."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return text if _is_encodable(text) else json.dumps(value, separators=(",", ":"))


def _is_encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _prepared(error: GraphQLError) -> GraphQLError:
    causes = list(_causes(error))
    if any(_is_unstorable(cause) for cause in causes):
        return _like(error, fault("BAD_USER_INPUT", "Text may hold neither NUL nor half a surrogate pair."))
    if error.path is None and any(isinstance(cause, RecursionError) for cause in causes):
        return fault("BAD_USER_INPUT", "The operation is nested too deeply.")
    root = next((cause for cause in causes if not isinstance(cause, GraphQLError)), None)
    if error.path is None and not error.nodes and root and not isinstance(root, CLIENTS_OWN):
        return GraphQLError(error.message, path=NO_FIELD, original_error=error.original_error)
    return error


def _placed(error: GraphQLError) -> GraphQLError:
    return error if error.path != NO_FIELD else GraphQLError(error.message, extensions=error.extensions)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Everything below the error itself."""
    cause = getattr(error, "original_error", None) or getattr(error, "orig", None) or error.__cause__
    if cause is not None:
        yield cause
        yield from _causes(cause)


def _is_unstorable(cause: BaseException) -> bool:
    if isinstance(cause, UnicodeEncodeError):
        return cause.reason == "surrogates not allowed"
    return getattr(cause, "sqlstate", None) in UNSTORABLE


def _like(error: GraphQLError, other: GraphQLError) -> GraphQLError:
    return GraphQLError(other.message, nodes=error.nodes, path=error.path, extensions=other.extensions)
