"""One operation on a socket: a fresh context, masked errors, and an end."""

from __future__ import annotations

from collections.abc import AsyncIterable
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError, OperationType
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import Operation
from strawberry.types import ExecutionResult
from strawberry.utils.aio import aclosing

from resolvers.transport import answers
from resolvers.transport.close_codes import CloseCode
from resolvers.transport.deadline import TookTooLong
from resolvers.transport.kind import kind_of
from resolvers.transport.share_key import share_key
from resolvers.transport.shared_stream import Handed
from resolvers.transport.subscriber import Subscriber
from schema.context import Context
from services.live.reading import TooSlow

if TYPE_CHECKING:
    from resolvers.transport.websocket import TransportHandler

Running = Operation[Context, None]


class OperationRun:
    """Ends with `complete`, or with an `error` for this id alone; never with the socket."""

    def __init__(self, handler: TransportHandler, operation: Running) -> None:
        self._handler = handler
        self._sockets = handler.sockets
        self._viewer = handler.viewer
        self._operation = operation
        self._follows = False

    async def until_it_ends(self) -> None:
        """A query or mutation has a deadline; a subscription has the socket's life."""
        try:
            await self._sockets.deadlines.run(self._execute(), self._kind)
        except TookTooLong:
            await self._fail([answers.timed_out()])

    def _kind(self) -> OperationType:
        """Asked of a thousand sockets ten seconds after they came back, all at once."""
        if self._follows:
            return OperationType.SUBSCRIPTION
        return kind_of(self._operation.query, self._operation.operation_name)

    async def _execute(self) -> None:
        try:
            results = await self._sockets.schema.stream(
                self._operation.query,
                variable_values=self._operation.variables,
                context_value=self._sockets.context_for(self._viewer),
                operation_name=self._operation.operation_name,
            )
            async with aclosing(results):
                await self._send(results)
        except WebSocketDisconnected:
            return
        except TooSlow:
            await self._handler.end(CloseCode.TRY_AGAIN_LATER, "Too slow: come back with the last cursor")
        except GraphQLError as error:
            # With the parser's cache on, a syntax error is raised here instead of being a result.
            await self._fail(answers.shown([error]))
        except Exception as error:
            await self._fail([answers.unexpected(error)])

    async def _send(self, results: AsyncIterable[Any]) -> None:
        first = True
        async for result in results:
            assert isinstance(result, ExecutionResult)
            if first and answers.never_began(result):
                await self._fail(answers.shown(result.errors))
                return
            first = False
            if handed := Handed.of(result.data):
                await self._follow(handed)
            if result.errors:
                result.errors = answers.shown(result.errors)
            await self._operation.send_next(result)
        await self._operation.send_operation_message({"id": self._operation.id, "type": "complete"})

    async def _follow(self, handed: Handed) -> None:
        operation = self._operation
        assert self._viewer is not None
        self._follows = True
        key = share_key(self._viewer, operation.query, handed.executor, operation.variables)
        async with self._sockets.broadcasts.watching(key) as broadcast:
            await Subscriber(self._handler, operation.id, handed, broadcast).run()

    async def _fail(self, errors: list[GraphQLError]) -> None:
        try:
            await self._operation.send_initial_errors(errors)
        except WebSocketDisconnected:
            return
