from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.runtime.resources import open_resources
from services.runtime.settings import Settings
from tests.services.fans.imports.imported import Desk
from tests.stored import a_user


@pytest.fixture
async def desk(settings: Settings) -> AsyncIterator[Desk]:
    """A new user's imports on the real stores, owner guard included; nothing is worked on by itself."""
    guarded = settings.model_copy(update={"statement_guard": True})
    async with open_resources(guarded, "huntaze-test") as resources:
        yield Desk(resources, await a_user(resources.database))
