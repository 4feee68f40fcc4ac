"""GraphQL over `graphql-transport-ws`: sign-in by `connection_init`, then a fresh context for each operation.

Close codes decide what clients do: 4403 and 4408 are retried with fresh connection parameters, the others are final.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from graphql import GraphQLError
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler, Operation
from strawberry.subscriptions.protocols.graphql_transport_ws.types import ConnectionInitMessage, Message
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.utils.aio import aclosing

from resolvers.masking import masked
from schema.context import Context, Viewer

if TYPE_CHECKING:
    from resolvers.transport.http import GraphQLApp

FORBIDDEN = 4403
SIGN_IN_SECONDS = 10.0


class TransportHandler(BaseGraphQLTransportWSHandler[Context, None]):
    """One socket. What strawberry's handler lacks: own contexts, masking, and answers to malformed frames."""

    viewer: Viewer | None = None

    async def handle_message(self, message: Message) -> None:
        if not isinstance(message, dict) or not isinstance(message.get("type"), str):
            await self.handle_invalid_message("A message is an object with a type")
        elif message["type"] == "subscribe" and not _is_subscribe(message):
            await self.handle_invalid_message("A subscribe has an id and a payload with a query")
        elif message["type"] == "complete" and not isinstance(message.get("id"), str):
            await self.handle_invalid_message("A complete has an id")
        else:
            await super().handle_message(message)

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        """The token comes in the payload, which may also be null; without a valid one the socket closes with 4403."""
        if self.connection_init_received:
            await super().handle_connection_init(message)
            return
        payload = message.get("payload") or {}
        if not isinstance(payload, dict):
            await self.handle_invalid_message("Invalid connection init payload")
            return
        try:
            async with asyncio.timeout(SIGN_IN_SECONDS):
                self.viewer = await self._sign_in(payload)
        except (ConnectionRejectionError, TimeoutError):
            self.connection_init_received = True
            await self._cancel_init_timeout()
            await self.websocket.close(FORBIDDEN, "UNAUTHENTICATED")
            return
        await super().handle_connection_init({"type": "connection_init", "payload": payload})

    async def _sign_in(self, payload: dict[str, Any]) -> Viewer:
        from resolvers.transport.http import SignInRefused

        header = payload.get("Authorization", payload.get("authorization"))
        try:
            return await cast("GraphQLApp", self.view).sign_in(header if isinstance(header, str) else None)
        except SignInRefused:
            raise ConnectionRejectionError from None

    async def _cancel_init_timeout(self) -> None:
        if self.connection_init_timeout_task:
            self.connection_init_timeout_task.cancel()

    async def run_operation(self, operation: Operation[Context, None]) -> None:
        """As strawberry's, with a context of this operation's own and masked errors."""
        context = cast("GraphQLApp", self.view).context_for(self.viewer)
        try:
            results = await self.schema.stream(
                operation.query,
                variable_values=operation.variables,
                context_value=context,
                operation_name=operation.operation_name,
            )
            async with aclosing(results):
                await self._send_results(operation, results)
        except WebSocketDisconnected:
            self.operations.pop(operation.id, None)

    async def _send_results(self, operation: Operation[Context, None], results: Any) -> None:
        async for result in results:
            if isinstance(result, PreExecutionError):
                await operation.send_initial_errors(masked(result.errors or []))
                return
            assert isinstance(result, ExecutionResult)
            if result.errors:
                result.errors = masked(result.errors)
            await operation.send_next(result)
        await operation.send_operation_message({"id": operation.id, "type": "complete"})

    @staticmethod
    def _get_pre_execution_close_reason(error: GraphQLError) -> str | None:
        """A syntax error ends its operation, not the socket with all others on it."""
        del error
        return None


def _is_subscribe(message: Any) -> bool:
    payload = message.get("payload")
    return isinstance(message.get("id"), str) and isinstance(payload, dict) and isinstance(payload.get("query"), str)
