from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from db.engine import Database
from tests.services.webhooks.desk import Desk, a_desk
from tests.stored import opened


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url) as database:
        yield database


@pytest.fixture
async def desk(database: Database) -> Desk:
    return await a_desk(database)
