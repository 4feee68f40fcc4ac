"""The schema without a transport: operations on the real stores, within the process of the test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from graphql import GraphQLError

from db.engine import Database
from resolvers.quiet_schema import QuietSchema
from resolvers.root import build_schema
from schema.context import Context, Viewer
from services.access.principal import Principal
from services.live.hub import Hub
from services.live.inbox import Inbox
from services.live.watch import Watches
from services.runtime.resources import Resources, open_resources
from services.runtime.settings import Settings
from tests.statements import counted
from tests.stored import a_user


@dataclass
class Execute:
    """Runs operations as `owner`, or as another user given behind the document; users are there already.

    `statements` are the SQL statements of the last operation.
    """

    schema: QuietSchema
    resources: Resources
    inbox: Inbox
    watches: Watches
    owner: UUID
    statements: list[str] = field(default_factory=list)

    @property
    def database(self) -> Database:
        return self.resources.database

    async def __call__(self, document: str, owner: UUID | None = None, /, **variables: Any) -> dict[str, Any]:
        """The data of an operation that must not fail."""
        data, errors = await self.outcome(document, owner, variables)
        assert not errors, errors
        assert data is not None
        return data

    async def fails(self, document: str, owner: UUID | None = None, /, **variables: Any) -> GraphQLError:
        """The first error of an operation that must fail."""
        _, errors = await self.outcome(document, owner, variables)
        assert errors
        return errors[0]

    async def outcome(
        self, document: str, owner: UUID | None, variables: dict[str, Any]
    ) -> tuple[dict[str, Any] | None, Sequence[GraphQLError]]:
        expiry = self.resources.clock.now() + timedelta(hours=1)
        viewer = Viewer(owner or self.owner, Principal("", "mia", "mia", "UTC", expiry))
        context = Context(self.resources, self.inbox, self.watches, viewer)
        with counted(self.database) as self.statements:
            result = await self.schema.execute(document, variables, context)
        return result.data, result.errors or []


@asynccontextmanager
async def executing(settings: Settings) -> AsyncIterator[Execute]:
    """For a new user, owner guard included."""
    guarded = settings.model_copy(update={"statement_guard": True})
    async with open_resources(guarded, "huntaze-test") as resources:
        hub = Hub(resources.database, resources.redis)
        inbox, watches = Inbox(hub, resources.clock), Watches(hub, resources.clock)
        yield Execute(build_schema(introspection=True), resources, inbox, watches, await a_user(resources.database))
        await hub.close()
