"""What stands behind /graphql, for HTTP and websocket alike."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.types import Receive, Scope, Send

from resolvers.quiet_schema import QuietSchema
from resolvers.sign_in import SignIn
from resolvers.transport.authentication import Authentication
from resolvers.transport.bounds import Bounds
from resolvers.transport.deadline import Deadlines
from resolvers.transport.http import HttpEndpoint
from resolvers.transport.sockets import Sockets
from schema.context import Context, Viewer
from services.live.inbox import Inbox
from services.live.watch import Watches
from services.runtime.resources import Resources


class GraphQLApp:
    """Builds a fresh context for each request, and for each operation of a socket."""

    def __init__(
        self,
        schema: QuietSchema,
        resources: Resources,
        inbox: Inbox,
        watches: Watches,
        sign_in: SignIn,
        allowed_origins: Sequence[str],
        bounds: Bounds,
    ) -> None:
        self._resources = resources
        self._inbox = inbox
        self._watches = watches
        self._deadlines = Deadlines(bounds)
        authentication = Authentication(sign_in)
        self._http = HttpEndpoint(schema, authentication, self.context_for, self._deadlines, bounds)
        self._sockets = Sockets(
            schema, authentication, self.context_for, self._deadlines, bounds, resources.clock, allowed_origins
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self._http if scope["type"] == "http" else self._sockets)(scope, receive, send)

    def context_for(self, viewer: Viewer | None) -> Context:
        return Context(self._resources, self._inbox, self._watches, viewer)

    async def drain(self) -> None:
        """To be called while the resources are still open: what nobody waits for comes to an end."""
        await self._deadlines.drain()
        await self._sockets.broadcasts.close()
