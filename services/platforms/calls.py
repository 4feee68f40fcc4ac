"""The calls of a gateway that send no message: each one request, answered or refused with the matching exception."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from services.platforms.answers import STOPPING, stopped_status
from services.platforms.composing import is_segment
from services.platforms.exchange import Exchange, NoReply
from services.platforms.interface import Credentials, CredentialsRejected, PlatformUnavailable
from services.platforms.replies import Reply, reason

_MAX_KEY_LENGTH = 1_000


class Calls:
    """`timeout_seconds` bounds a call that gives no time of its own."""

    def __init__(self, base_url: str, exchange: Exchange, timeout_seconds: float) -> None:
        self._base_url = base_url
        self._exchange = exchange
        self._timeout = timeout_seconds

    async def get(self, credentials: Credentials, path: str, query: dict[str, str] | None = None) -> Reply:
        """Raises CredentialsRejected, PlatformUnavailable."""
        return await self._perform(credentials, "GET", path + (f"?{urlencode(query)}" if query else ""), b"", 0)

    async def post(self, credentials: Credentials, path: str, body: dict[str, Any], at_least_seconds: float) -> Reply:
        """Raises CredentialsRejected, PlatformUnavailable."""
        return await self._perform(credentials, "POST", path, encoded(body), at_least_seconds)

    async def _perform(
        self, credentials: Credentials, method: str, path: str, content: bytes, at_least_seconds: float
    ) -> Reply:
        if not usable(credentials):
            raise CredentialsRejected("INVALID_CREDENTIALS", "This is no key or no account id of this platform.")
        seconds = max(self._timeout, at_least_seconds)
        try:
            reply = await self._exchange.perform(method, self._base_url + path, headers(credentials), content, seconds)
        except NoReply as stopped:
            raise PlatformUnavailable(str(stopped)) from stopped
        if reply.status in STOPPING:
            raise CredentialsRejected(stopped_status(reply), reason(reply, (credentials.api_key,)))
        return reply


def expected(reply: Reply) -> Any:
    """The JSON of a reply that had to succeed. Raises PlatformUnavailable."""
    answer = reply.json() if reply.ok else None
    if answer is None:
        raise PlatformUnavailable(reason(reply))
    return answer


def usable(credentials: Credentials) -> bool:
    """Can these stand in a header and in a path?"""
    key = credentials.api_key
    readable = key.isascii() and key.isprintable() and " " not in key
    return readable and 0 < len(key) <= _MAX_KEY_LENGTH and is_segment(credentials.account_id)


def headers(credentials: Credentials) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {credentials.api_key}",
        "Accept": "application/json",
        "Content-Type": "application/json",
    }


def encoded(body: dict[str, Any]) -> bytes:
    """The same bytes for the same body, in whatever order the database gives its fields back."""
    return json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
