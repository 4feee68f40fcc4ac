"""A request that is answered without being executed."""

from __future__ import annotations

from collections.abc import Mapping

from graphql import GraphQLError

from schema.errors import fault


class Refused(Exception):
    """`status` is HTTP's; the websocket turns it into a close code."""

    def __init__(self, status: int, error: GraphQLError, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(error.message)
        self.status = status
        self.error = error
        self.headers = headers or {}


def bad_request(status: int, message: str, headers: Mapping[str, str] | None = None) -> Refused:
    """The client's mistake."""
    return Refused(status, fault("BAD_USER_INPUT", message), headers)
