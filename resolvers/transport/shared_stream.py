"""A subscription whose events many may watch alike: it is handed to the transport, which executes each event once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, cast

from graphql import ExecutionResult
from graphql.execution import execute_subscription_event
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from schema.context import Context
from schema.loaders import Loaders
from services.live.reading import Item, Reading

HANDED = "handed to the transport"


class SharedStream(ABC):
    """What the resolver of such a subscription returns, once it has looked at its arguments.

    As an iterable, which GraphQL demands, it has one element: itself.
    """

    @abstractmethod
    def reading(self) -> AbstractAsyncContextManager[Reading]:
        """From where this client left off."""

    @abstractmethod
    def live(self) -> AbstractAsyncContextManager[Reading]:
        """From now on; the same for all who differ only in where they left off."""

    @abstractmethod
    async def show(self, item: Item, loaders: Loaders) -> object | None:
        """The value of the root field; None where there is nothing left to show."""

    async def __aiter__(self) -> AsyncIterator[Any]:
        yield self


class Executor(StrawberryGraphQLCoreExecutionContext):
    """Executes everything as usual; given a shared stream as the event, it gives out the stream and itself."""

    def execute_operation(self, serially: bool | None = None) -> Any:
        if isinstance(self.root_value, SharedStream):
            return ExecutionResult({HANDED: Handed(self, self.root_value)})
        return super().execute_operation(serially)

    async def execute_event(self, root: object, context: Context) -> ExecutionResult:
        """One event of a shared stream."""
        executor = self.build_per_event_executor(root)
        executor.context_value = context
        result = execute_subscription_event(executor)
        return await result if executor.is_awaitable(result) else cast("ExecutionResult", result)


@dataclass(frozen=True, slots=True)
class Handed:
    """A subscription that was parsed, validated and permitted, for the transport to go on with."""

    executor: Executor
    stream: SharedStream

    @classmethod
    def of(cls, data: dict[str, Any] | None) -> Handed | None:
        """None where a result is one for the client."""
        return data.get(HANDED) if data else None
