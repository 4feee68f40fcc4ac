"""GraphQL over `graphql-transport-ws`: sign-in by `connection_init`, then a fresh context for each operation.

What strawberry's handler lacks is here: answers to malformed frames, a bounded sign-in, a ping, the token's end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

import structlog
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler
from strawberry.subscriptions.protocols.graphql_transport_ws.types import (
    ConnectionInitMessage,
    Message,
    SubscribeMessage,
)

from resolvers.transport import answers, heartbeat
from resolvers.transport.answers import encoded
from resolvers.transport.close_codes import CloseCode
from resolvers.transport.frames import Frames
from resolvers.transport.messages import fault_of
from resolvers.transport.refusal import Refused
from resolvers.transport.socket_operation import OperationRun, Running
from schema.context import Context, Viewer
from schema.errors import fault

if TYPE_CHECKING:
    from resolvers.transport.sockets import Sockets

log = structlog.get_logger(service="api")

PING = encoded({"type": "ping"}).encode()


class TransportHandler(BaseGraphQLTransportWSHandler[Context, None]):
    """One socket."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sockets = cast("Sockets", self.view)
        self.frames = cast("Frames", self.websocket)
        self.frames.send_seconds = self.sockets.bounds.send_seconds
        self.viewer: Viewer | None = None
        self._watching: list[asyncio.Task[None]] = []
        self._lifeline = asyncio.timeout(None)

    async def handle(self) -> None:
        """Until either side closes, or the peer stops reading."""
        with suppress(TimeoutError):
            async with self._lifeline:
                await super().handle()

    def drop(self) -> None:
        """End without waiting for the peer."""
        with suppress(RuntimeError):  # it has ended already
            self._lifeline.reschedule(asyncio.get_running_loop().time())

    async def shutdown(self) -> None:
        for task in self._watching:
            task.cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)
        await super().shutdown()

    async def send_message(self, message: Message) -> None:
        await self.send_text(encoded(message))

    async def send_text(self, text: str) -> None:
        """Raises WebSocketDisconnected, also where the peer does not read."""
        try:
            await self.frames.send_text(text)
        except TimeoutError:
            log.info("socket_dropped", action="send", reason="the peer does not read")
            self.drop()
            raise WebSocketDisconnected from None

    async def handle_message(self, message: Message) -> None:
        if complaint := fault_of(message):
            await self.handle_invalid_message(complaint)
        else:
            await super().handle_message(message)

    async def handle_invalid_message(self, error_message: str) -> None:
        log.info("frame_refused", action="receive", reason="malformed")
        await self.websocket.close(CloseCode.BAD_REQUEST, error_message)

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        """The token comes in the payload, as the header would over HTTP."""
        payload = message.get("payload") or {}
        if not self.connection_init_received and not await self._sign_in(payload):
            return
        await super().handle_connection_init({"type": "connection_init", "payload": payload})
        if self.connection_acknowledged and self.viewer and not self._watching:
            self._watch(self.viewer)

    async def _sign_in(self, payload: dict[str, Any]) -> bool:
        """Whether it went well; else the socket is closed."""
        if self.connection_init_timeout_task:
            self.connection_init_timeout_task.cancel()
        code, reason = CloseCode.TRY_AGAIN_LATER, "UNAVAILABLE"
        try:
            async with asyncio.timeout(self.sockets.bounds.sign_in_seconds):
                self.viewer = await self.sockets.sign_in(payload)
            return True
        except TimeoutError:
            log.warning("sign_in_unavailable", action="sign_in", error="TimeoutError")
        except Refused as refused:
            if refused.status == 401:
                code, reason = CloseCode.FORBIDDEN, "UNAUTHENTICATED"
        except Exception as error:
            answers.unexpected(error)
        await self.websocket.close(code, reason)
        return False

    def _watch(self, viewer: Viewer) -> None:
        expired = heartbeat.until(viewer.principal.expires_at, self.sockets.clock)
        silent = heartbeat.until_silent(self.frames, self._ping, self.sockets.bounds)
        self._watching = [
            asyncio.create_task(self._close_after(expired, CloseCode.FORBIDDEN, "The token has expired")),
            asyncio.create_task(self._close_after(silent, CloseCode.TERMINATED, "No answer to our pings")),
        ]

    async def _ping(self) -> None:
        if not self.frames.offer(PING):
            await self.send_text(PING.decode())

    async def _close_after(self, event: Coroutine[Any, Any, None], code: CloseCode, reason: str) -> None:
        with suppress(WebSocketDisconnected):
            await event
            await self.end(code, reason)

    async def end(self, code: CloseCode, reason: str) -> None:
        """Close, and do not wait for the peer."""
        log.info("socket_closed", action="end", code=int(code), reason=reason)
        await self.websocket.close(code, reason)
        self.drop()

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        full = len(self.operations) >= self.sockets.bounds.operations
        if self.connection_acknowledged and full and message["id"] not in self.operations:
            error = fault(
                "BAD_USER_INPUT", f"At most {self.sockets.bounds.operations} operations at a time on one socket."
            )
            await self.send_message({"type": "error", "id": message["id"], "payload": [error.formatted]})
        else:
            await super().handle_subscribe(message)

    async def cleanup_operation(self, operation_id: str) -> None:
        """A mutation goes on, but says no more."""
        if operation := self.operations.get(operation_id):
            operation.completed = True
        await super().cleanup_operation(operation_id)

    async def run_operation(self, operation: Running) -> None:
        try:
            await OperationRun(self, operation).until_it_ends()
        finally:
            if self.operations.get(operation.id) is operation:
                del self.operations[operation.id]
