"""GraphQL over HTTP: sign-in before anything is read, answers in JSON whatever happens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import structlog
from cross_web import HTTPException
from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult

from resolvers.masking import UNAVAILABLE, masked, unauthenticated
from resolvers.quiet_schema import QuietSchema
from resolvers.sign_in import SignIn
from resolvers.transport.websocket import TransportHandler
from schema.context import Context, Viewer
from schema.errors import fault
from services.access.bearer import bearer
from services.access.principal import InvalidToken
from services.live.inbox import Inbox
from services.runtime.resources import Resources

log = structlog.get_logger(service="api")

CONNECTION_INIT_WAIT = timedelta(seconds=10)
OPERATIONS_A_SOCKET = 100


class SignInRefused(Exception):
    """Answered before the request is read. `status` is HTTP's."""

    def __init__(self, status: int, error: GraphQLError) -> None:
        super().__init__(error.message)
        self.status = status
        self.error = error


class GraphQLApp(GraphQL[Context, None]):
    """The view behind /graphql. Builds a fresh context for each request, and for each operation of a socket."""

    graphql_transport_ws_handler_class = TransportHandler

    def __init__(
        self, schema: QuietSchema, resources: Resources, inbox: Inbox, sign_in: SignIn, allowed_origins: Sequence[str]
    ) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=CONNECTION_INIT_WAIT,
            max_subscriptions_per_connection=OPERATIONS_A_SOCKET,
            allowed_origins=allowed_origins,
        )
        self._resources = resources
        self._inbox = inbox
        self._sign_in = sign_in

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        try:
            response = await self.run(Request(scope, receive))
        except SignInRefused as refused:
            headers = {"WWW-Authenticate": "Bearer"} if refused.status == 401 else None
            response = _errors(refused.status, refused.error, headers)
        except HTTPException as refusal:
            response = _errors(refusal.status_code, fault("BAD_USER_INPUT", refusal.reason))
        await response(scope, receive, send)

    def context_for(self, viewer: Viewer | None) -> Context:
        return Context(self._resources, self._inbox, viewer)

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        """Sign in over HTTP; a socket signs in by its `connection_init`."""
        del response
        if isinstance(request, WebSocket):
            return self.context_for(None)
        return self.context_for(await self.sign_in(request.headers.get("authorization")))

    async def sign_in(self, authorization: str | None) -> Viewer:
        """Raises SignInRefused."""
        token = bearer(authorization)
        if token is None:
            raise SignInRefused(401, unauthenticated())
        try:
            return await self._sign_in.viewer(token)
        except InvalidToken as invalid:
            log.info("token_refused", action="sign_in", reason=invalid.reason)
            raise SignInRefused(401, unauthenticated()) from None
        except UNAVAILABLE as error:
            log.warning("sign_in_unavailable", action="sign_in", error=type(error).__name__)
            raise SignInRefused(503, fault("UNAVAILABLE", "Temporarily unavailable; try again.")) from None

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        del request
        answer: dict[str, Any] = {"data": result.data}
        if result.errors:
            answer["errors"] = [error.formatted for error in masked(result.errors)]
        if result.extensions:
            answer["extensions"] = result.extensions
        return answer  # type: ignore[return-value]


def _errors(status: int, error: GraphQLError, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"errors": [error.formatted]}, status, headers)
