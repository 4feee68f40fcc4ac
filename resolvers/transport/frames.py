"""Frames of one socket: strictly read, and sent within a deadline."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import suppress
from functools import cached_property
from typing import cast

from starlette.websockets import WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import NonTextMessageReceived, WebSocketDisconnected

from resolvers.transport.body import MAX_BODY_BYTES
from resolvers.transport.close_codes import CloseCode
from resolvers.transport.connection import OFFER
from resolvers.transport.parameters import Malformed, decode

MAX_REASON_BYTES = 123
"""A control frame holds no more (RFC 6455, 5.5)."""


class Frames(ASGIWebSocketAdapter):
    """What strawberry's adapter lacks. `heard_at` is the loop's time of the last frame that came."""

    send_seconds: float = 10
    heard_at: float = 0

    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object, None]:
        """Every frame decoded; Malformed, where it is none that can be. Raises NonTextMessageReceived."""
        del ignore_parsing_errors
        while self.ws.application_state is WebSocketState.CONNECTED:
            message = await self.ws.receive()
            if message["type"] == "websocket.disconnect":
                return
            self.heard_at = asyncio.get_running_loop().time()
            text = message.get("text")
            if text is None:
                raise NonTextMessageReceived
            if len(text) > MAX_BODY_BYTES:
                await self.close(CloseCode.TOO_BIG, "A frame holds 1 MB at most")
                return
            yield _decoded(text)

    def offer(self, *texts: bytes) -> bool:
        """Send them now and without waiting, if the peer takes them now and the server can do that."""
        return self.ws.application_state is WebSocketState.CONNECTED and self._write(*texts)

    @cached_property
    def _write(self) -> Callable[..., bool]:
        write: Callable[..., bool] = self.ws.scope.get("extensions", {}).get(OFFER, {}).get("offer", _never)
        return write

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Raises WebSocketDisconnected when the peer is gone, TimeoutError when it does not read."""
        await self.send_text(cast("str", self.view.encode_json(message)))

    async def send_text(self, text: str) -> None:
        """As `send_json`, for what is encoded already."""
        try:
            async with asyncio.timeout(self.send_seconds):
                await self.ws.send_text(text)
        except (WebSocketDisconnect, OSError, RuntimeError) as gone:
            if isinstance(gone, TimeoutError):
                raise
            raise WebSocketDisconnected from gone

    async def close(self, code: int, reason: str) -> None:
        """Once; whoever comes later finds it done."""
        if self.ws.application_state is not WebSocketState.CONNECTED:
            return
        with suppress(WebSocketDisconnect, OSError, RuntimeError):
            async with asyncio.timeout(self.send_seconds):
                await self.ws.close(int(code), _fitting(reason))


def _never(*_texts: bytes) -> bool:
    """Of a server that cannot do it."""
    return False


def _decoded(text: str) -> object:
    """Or what is wrong with it, for the handler, which closes with the reason."""
    try:
        return decode(text)
    except Malformed as malformed:
        return malformed


def _fitting(reason: str) -> str:
    return reason.encode("utf-8", "replace")[:MAX_REASON_BYTES].decode("utf-8", "ignore")
