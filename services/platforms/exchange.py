"""One HTTP request and its response over the client that was handed in: bounded in time and size, never repeated."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import httpx

from services.platforms.departure import Departure, GaveUp
from services.platforms.replies import Reply

MAX_BODY_BYTES = 1_000_000
_CONNECT_SECONDS = 5.0
_WORDS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    (GaveUp, "it was too late to send"),
    (httpx.ConnectError, "the connection failed"),
    (httpx.ConnectTimeout, "no connection in time"),
    (httpx.PoolTimeout, "no free connection in time"),
    ((httpx.TimeoutException, TimeoutError), "no answer in time"),
    ((httpx.NetworkError, httpx.RemoteProtocolError), "the connection broke"),
)


class NoReply(Exception):
    """No status line arrived. The text names what happened, never what was sent."""


@dataclass(slots=True)
class _Arriving:
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)


class Exchange:
    """Speaks for one account at a time: nothing of the client's own headers, cookies or authentication goes along."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def perform(
        self,
        method: str,
        url: str,
        headers: dict[str, str],
        content: bytes,
        timeout_seconds: float,
        departure: Departure | None = None,
    ) -> Reply:
        """Send and receive. A body that is cut or too long is returned as far as it came. Raises NoReply."""
        arriving = _Arriving()
        try:
            request = _request(method, url, headers, content, timeout_seconds, departure)
            async with asyncio.timeout(timeout_seconds):
                await self._receive(request, arriving)
        except Exception as error:
            # Whatever goes wrong after the status has arrived cannot change what the status says.
            if arriving.status is None:
                raise NoReply(_described(error)) from error
        assert arriving.status is not None
        return Reply(arriving.status, arriving.headers, bytes(arriving.body))

    async def _receive(self, request: httpx.Request, arriving: _Arriving) -> None:
        response = await self._client.send(request, stream=True, auth=None, follow_redirects=False)
        try:
            arriving.headers = {name.lower(): value for name, value in response.headers.items()}
            arriving.status = response.status_code
            async for chunk in response.aiter_bytes():
                arriving.body += chunk[: MAX_BODY_BYTES - len(arriving.body)]
                if len(arriving.body) >= MAX_BODY_BYTES:
                    return
        finally:
            await response.aclose()


def _request(
    method: str,
    url: str,
    headers: dict[str, str],
    content: bytes,
    timeout_seconds: float,
    departure: Departure | None,
) -> httpx.Request:
    timeout = httpx.Timeout(timeout_seconds, connect=min(_CONNECT_SECONDS, timeout_seconds))
    extensions: dict[str, object] = {"timeout": timeout.as_dict()}
    if departure is not None:
        extensions["trace"] = departure
    # A kept connection that the server closes at the same moment makes an unknown of a message that never left.
    own = {"Connection": "close", "Accept-Encoding": "identity", "User-Agent": "huntaze-crm"}
    return httpx.Request(method, url, headers=own | headers, content=content, extensions=extensions)


def _described(error: Exception) -> str:
    # An error's own text may name addresses and content; its kind says enough.
    for kinds, words in _WORDS:
        if isinstance(error, kinds):
            return words
    return type(error).__name__
