"""The rate and the patience of the product in fast motion."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from services.runtime.settings import Settings
from tests.parts import running_postgres
from tests.promises.stores import MortalPostgres, MortalRedis, MortalSqs

QUICK = {
    "rate_limit_messages": 10,
    "rate_limit_window_seconds": 2.0,
    "rate_limit_min_gap_seconds": 0.1,
    "platform_timeout_seconds": 1.0,
    "worker_lease_seconds": 3.0,
    "worker_sweep_seconds": 0.3,
    "log_level": "INFO",
}


@pytest.fixture
def quick(settings: Settings) -> Settings:
    """10 in 2 s, 0.1 s apart; a call may take 1 s, and what a killed worker held is free after a few seconds."""
    return settings.model_copy(update=QUICK)


@pytest.fixture
def mortal_sqs() -> Iterator[MortalSqs]:
    server = MortalSqs()
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def mortal_redis(tmp_path: Path) -> AsyncIterator[MortalRedis]:
    server = MortalRedis(tmp_path / "redis")
    await server.start()
    yield server
    server.kill()


@pytest.fixture
def mortal_postgres() -> Iterator[MortalPostgres]:
    with running_postgres() as server:
        yield MortalPostgres(server)
