"""The websocket side of /graphql: who may open a socket, and what each one is given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import structlog
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http.websocket_origin import is_same_origin
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from resolvers.quiet_schema import QuietSchema
from resolvers.transport.answers import encoded
from resolvers.transport.authentication import Authentication
from resolvers.transport.bounds import Bounds
from resolvers.transport.broadcast import Broadcasts
from resolvers.transport.deadline import Deadlines
from resolvers.transport.frames import Frames
from resolvers.transport.rendering import Studio
from resolvers.transport.websocket import TransportHandler
from schema.context import Context, Viewer
from services.runtime.clock import Clock

log = structlog.get_logger(service="api")


class Sockets(GraphQL[Context, None]):
    """One for the process; a TransportHandler for each socket. Only `graphql-transport-ws` is spoken."""

    graphql_transport_ws_handler_class = TransportHandler
    websocket_adapter_class = Frames

    def __init__(
        self,
        schema: QuietSchema,
        authentication: Authentication,
        context_for: Callable[[Viewer | None], Context],
        deadlines: Deadlines,
        bounds: Bounds,
        clock: Clock,
        allowed_origins: Sequence[str],
    ) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=timedelta(seconds=bounds.init_seconds),
            max_subscriptions_per_connection=bounds.operations,
            allowed_origins=allowed_origins,
        )
        self.context_for = context_for
        self.deadlines = deadlines
        self.bounds = bounds
        self.clock = clock
        self.broadcasts = Broadcasts(Studio(clock))
        self._authentication = authentication

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        socket = WebSocket(scope, receive, send)
        if not self._may_open(socket):
            # The library would log it as a warning; it is the business of whoever runs that page.
            log.info("origin_refused", action="handshake", origin=socket.headers.get("origin", "")[:200])
            await self.reject_websocket(socket)
            return
        await self.run(socket)

    async def sign_in(self, payload: dict[str, Any]) -> Viewer:
        """By the payload of a `connection_init`. Raises Refused."""
        header = next((payload[name] for name in payload if name.lower() == "authorization"), None)
        return await self._authentication.viewer(header if isinstance(header, str) else None)

    async def get_context(self, *_: Any, **__: Any) -> Context:
        """Of the socket as such; operations have their own."""
        return self.context_for(None)

    def encode_json(self, data: object) -> str:
        return encoded(data)

    def _may_open(self, socket: WebSocket) -> bool:
        origin = socket.headers.get("origin")
        if origin is None or socket.headers.get("sec-fetch-site") == "same-origin":
            return True
        return is_same_origin(origin, socket.headers.get("host")) or self.is_websocket_origin_allowed(socket, origin)
