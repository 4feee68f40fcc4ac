from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from resolvers.root import build_schema
from services.live.hub import Hub
from services.live.inbox import Inbox
from services.live.watch import Watches
from services.runtime.resources import open_resources
from services.runtime.settings import Settings
from tests.resolvers.in_process import Execute
from tests.stored import a_user


@pytest.fixture
async def execute(settings: Settings) -> AsyncIterator[Execute]:
    """Operations of a new user on the real stores, owner guard included."""
    guarded = settings.model_copy(update={"statement_guard": True})
    async with open_resources(guarded, "huntaze-test") as resources:
        hub = Hub(resources.database, resources.redis)
        inbox = Inbox(hub, resources.clock)
        owner = await a_user(resources.database)
        watches = Watches(hub, resources.clock)
        yield Execute(build_schema(introspection=True), resources, inbox, watches, owner)
        await hub.close()
