"""The body of a request: bounded in size and time, and got rid of politely where it is refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import suppress

from starlette.types import Receive

from resolvers.transport.refusal import bad_request

MAX_BODY_BYTES = 1_048_576
LINGER_BYTES = 16 * 1_048_576
LINGER_SECONDS = 2.0


class ClientGone(Exception):
    """Nobody is left to answer."""


class RequestBody:
    """Reads through ASGI's `receive`, which is all there is to tell a body from a client that has left."""

    def __init__(self, receive: Receive, headers: Mapping[str, str]) -> None:
        self._receive = receive
        self._announced = int(headers.get("content-length", "0"))
        self.complete = self._announced == 0 and "transfer-encoding" not in headers

    async def read(self, seconds: float) -> bytes:
        """All of it. Raises Refused: 413 above MAX_BODY_BYTES, 408 when it takes longer; ClientGone."""
        body = bytearray()
        async for chunk in self.stream(MAX_BODY_BYTES, seconds):
            body += chunk
        return bytes(body)

    async def stream(self, most_bytes: int, seconds: float) -> AsyncGenerator[bytes, None]:
        """Piece by piece. Raises as `read`."""
        if self._announced > most_bytes:
            raise _too_large(most_bytes)
        taken, until = 0, asyncio.get_running_loop().time() + seconds
        while not self.complete:
            try:
                async with asyncio.timeout_at(until):
                    chunk = await self._next()
            except TimeoutError:
                raise bad_request(408, f"The body took longer than {seconds:g} s.") from None
            taken += len(chunk)
            if taken > most_bytes:
                raise _too_large(most_bytes)
            yield chunk

    async def discard(self) -> None:
        """Read on for a moment, so that a client still sending finds the answer and not a broken connection."""
        left = LINGER_BYTES
        if self._announced > left:
            return
        try:
            async with asyncio.timeout(LINGER_SECONDS):
                async for chunk in self._chunks():
                    left -= len(chunk)
                    if left < 0:
                        return
        except (TimeoutError, ClientGone):
            return

    async def until_gone(self) -> None:
        """Returns when the client has left; to be called after `read`."""
        with suppress(ClientGone):
            while True:
                await self._next()

    async def _chunks(self) -> AsyncIterator[bytes]:
        while not self.complete:
            yield await self._next()

    async def _next(self) -> bytes:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        self.complete = not message.get("more_body", False)
        chunk: bytes = message.get("body", b"")
        return chunk


def _too_large(most_bytes: int) -> Exception:
    return bad_request(413, f"The body is larger than {most_bytes} bytes.")
