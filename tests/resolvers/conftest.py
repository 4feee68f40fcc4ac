from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from services.runtime.settings import Settings
from tests.resolvers.in_process import Execute, executing


@pytest.fixture
async def execute(settings: Settings) -> AsyncIterator[Execute]:
    """Operations of a new user on the real stores, owner guard included."""
    async with executing(settings) as execute:
        yield execute
