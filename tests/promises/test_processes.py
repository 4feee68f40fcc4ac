"""A process that is forked is like one that is started: arguments, environment, output, exit code, signals."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.devstack.ports import free_port
from tests.promises.processes import Process, afresh, forked, module
from tests.promises.stage import START_SECONDS, answers
from tests.waiting import eventually


@pytest.fixture(params=[forked, afresh])
def cli(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """Makes processes of `python -m services.cli`, not started yet."""

    def made(*arguments: str, **environment: str) -> Process:
        return Process("cli", module("services.cli", *arguments), environment, tmp_path / "log", request.param)

    return made


async def test_its_arguments_count_and_its_exit_code_is_told(cli: Any) -> None:
    nonsense = cli("nonsense")
    await nonsense.start()
    assert await nonsense.ended() == 2
    assert not nonsense.alive
    assert "nonsense" in nonsense.said()


async def test_it_has_the_environment_it_is_given_and_no_other(cli: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://ours")
    check = cli("migrate", PATH=os.environ["PATH"])
    await check.start()
    assert await check.ended() != 0
    assert "DATABASE_URL" in check.said()


async def test_it_is_killed_and_started_again(cli: Any) -> None:
    sandbox = cli("sandbox", "--port", "0")
    for _ in range(2):
        await sandbox.start()
        os.kill(sandbox.pid, 0)
        assert sandbox.alive
        await sandbox.kill()
        assert await sandbox.ended() == -9
        assert not sandbox.alive
    assert sandbox.starts == 2


async def test_it_ends_as_it_was_told_to(cli: Any) -> None:
    port = free_port()
    sandbox = cli("sandbox", "--port", str(port))
    await sandbox.start()
    async with httpx.AsyncClient(trust_env=False) as http:
        await eventually(lambda: answers(http, f"http://127.0.0.1:{port}/healthz"), START_SECONDS, "the sandbox")
    sandbox.terminate()
    assert await sandbox.ended() == -15  # having closed what was open, uvicorn ends by the signal it was sent
