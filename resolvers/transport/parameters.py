"""The parameters of one operation, read strictly from a stranger's JSON. Pure."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

from schema.uploads import UploadedFile

DEEPEST = 100
"""Levels of nesting in a request; far more than any input type has."""
MOST_VALUES: Final = 2_500
"""Members of objects and entries of lists in a request, all together.

Each costs up to 80 µs when GraphQL reads the variables, all in one go and before any list's own bound is asked: without
this one a megabyte would hold up everybody for seconds. The largest metadata has 1,365, a hundred ids have 100, twenty
attachments 100.
"""


class Malformed(ValueError):
    """Not the parameters of a GraphQL operation. The text is for the client and quotes nothing of hers."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """As GraphQL over HTTP and `graphql-transport-ws` both name them. `uploads` are files among the variables."""

    query: str
    variables: dict[str, Any] | None = None
    operation_name: str | None = None
    extensions: dict[str, Any] | None = None
    uploads: list[UploadedFile] = field(default_factory=list)

    async def close(self) -> None:
        """Let go of the files."""
        for upload in self.uploads:
            await upload.close()


def of_body(body: bytes) -> Parameters:
    """Of the body of a POST. Raises Malformed."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("The body is not UTF-8.") from None
    decoded = decode(text)
    if isinstance(decoded, list):
        raise Malformed("Batching is off: send one operation at a time.")
    return of_object(decoded)


def of_query(query: Mapping[str, str]) -> Parameters:
    """Of the query string of a GET, in which variables and extensions are JSON. Raises Malformed."""
    found: dict[str, Any] = {name: query[name] for name in ("query", "operationName") if name in query}
    for name in ("variables", "extensions"):
        if query.get(name):
            found[name] = decode(query[name])
    return of_object(found)


def of_object(value: object) -> Parameters:
    """Of decoded JSON. Raises Malformed."""
    if not isinstance(value, dict):
        raise Malformed("The body is not a JSON object.")
    query, name = value.get("query"), value.get("operationName")
    if not isinstance(query, str) or not query:
        raise Malformed("`query` must be a text with an operation.")
    if not isinstance(name, str | None):
        raise Malformed("`operationName` must be a text or null.")
    return Parameters(query, _object(value, "variables"), name, _object(value, "extensions"))


def decode(text: str) -> object:
    """Any JSON value within DEEPEST and MOST_VALUES, without the infinities Python would let pass. Raises Malformed."""
    try:
        value: object = json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError):
        raise Malformed("This is not JSON.") from None
    _check_extent(value)
    return value


def _object(value: dict[str, Any], name: str) -> dict[str, Any] | None:
    found = value.get(name)
    if not isinstance(found, dict | None):
        raise Malformed(f"`{name}` must be an object or null.")
    return found


def _refuse(_constant: str) -> NoReturn:
    raise ValueError


def _finite(text: str) -> float:
    if not math.isfinite(number := float(text)):
        raise ValueError
    return number


def _check_extent(value: object) -> None:
    """Level by level; plain loops, because a stranger's megabyte may hold a quarter of a million lists.

    What is too much is counted, and not looked at.
    """
    level, values = [value], 0
    for _ in range(DEEPEST):
        values += sum(len(each) for each in level if isinstance(each, dict | list))
        if values > MOST_VALUES:
            raise Malformed(f"The JSON holds more than {MOST_VALUES:,} values.")
        level = [each for holder in level for each in _held(holder) if type(each) in (dict, list)]
        if not level:
            return
    raise Malformed(f"The JSON is nested more than {DEEPEST} levels deep.")


def _held(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
