from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from services.devstack.backoff import pause_seconds
from services.devstack.lock import PidFile
from services.devstack.supervisor import ROOT, Program, Supervisor
from tests.services.devstack.processes import LIVES_ON, STUBBORN, script
from tests.waiting import eventually

SUPERVISED = """
import asyncio, sys
from pathlib import Path
from services.devstack.supervisor import Supervisor
from tests.services.devstack.processes import LIVES_ON, script
async def main():
    async with Supervisor([script("child", LIVES_ON)], Path(sys.argv[1]), print, print):
        await asyncio.Event().wait()
asyncio.run(main())
"""


class Terminal:
    """What a supervisor has passed on."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.notices: list[str] = []

    def take(self, name: str, line: str) -> None:
        self.lines.append(f"{name} {line}")

    def said(self, line: str, times: int = 1) -> Callable[[], bool]:
        return lambda: self.lines.count(line) >= times


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


def _supervisor(folder: Path, terminal: Terminal, *programs: Program) -> Supervisor:
    return Supervisor(programs, folder, terminal.take, terminal.notices.append)


async def test_a_child_that_is_killed_is_started_again(tmp_path: Path, terminal: Terminal) -> None:
    async with _supervisor(tmp_path, terminal, script("api", LIVES_ON)) as supervisor:
        await eventually(terminal.said("api up"))
        first = PidFile(tmp_path / "api.pid").holder()
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await eventually(terminal.said("api up", times=2))
        second = PidFile(tmp_path / "api.pid").holder()
        assert supervisor.deaths() == {"api": 1}
    assert second not in {None, first}
    assert terminal.notices == ["api ended (killed by SIGKILL); starting it again in 0.5 s"]


async def test_a_child_that_ends_by_itself_is_started_again(tmp_path: Path, terminal: Terminal) -> None:
    text = "import sys; print('gone'); sys.exit(3)"
    async with _supervisor(tmp_path, terminal, script("worker", text), script("api", LIVES_ON)) as supervisor:
        await eventually(terminal.said("worker gone", times=2))
        await eventually(terminal.said("api up"))
        assert supervisor.deaths()["api"] == 0
    assert terminal.notices[0] == "worker ended (exit code 3); starting it again in 0.5 s"


async def test_leaving_ends_all_children_the_inner_ones_first(tmp_path: Path, terminal: Terminal) -> None:
    stores = _supervisor(tmp_path, terminal, script("store", LIVES_ON))
    async with stores, _supervisor(tmp_path, terminal, script("api", LIVES_ON), script("worker", LIVES_ON)):
        for name in ("store", "api", "worker"):
            await eventually(terminal.said(f"{name} up"))
    assert sorted(terminal.lines[3:5]) == ["api ended", "worker ended"]
    assert terminal.lines[5:] == ["store ended"]
    assert terminal.notices == []
    assert [PidFile(tmp_path / f"{name}.pid").holder() for name in ("store", "api", "worker")] == [None] * 3


async def test_a_child_that_does_not_end_is_killed_after_its_grace(tmp_path: Path, terminal: Terminal) -> None:
    async with _supervisor(tmp_path, terminal, script("api", STUBBORN, grace_seconds=0.2)):
        await eventually(terminal.said("api up"))
    assert PidFile(tmp_path / "api.pid").holder() is None
    assert terminal.notices == []


async def test_a_child_gets_its_environment_and_no_other(tmp_path: Path, terminal: Terminal) -> None:
    text = "import os, signal; print(os.environ.get('GREETING'), os.environ.get('HOME'), flush=True); signal.pause()"
    async with _supervisor(tmp_path, terminal, script("api", text)):
        await eventually(terminal.said("api hello None"))


async def test_a_very_long_line_does_not_stop_the_reading(tmp_path: Path, terminal: Terminal) -> None:
    text = "import signal; print('x' * 3_000_000); print('after', flush=True); signal.pause()"
    async with _supervisor(tmp_path, terminal, script("api", text)):
        await eventually(terminal.said("api after"))
    assert max(map(len, terminal.lines)) <= 1 << 20


async def test_children_end_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    supervisor = await asyncio.create_subprocess_exec(sys.executable, "-c", SUPERVISED, tmp_path, cwd=ROOT)
    child = PidFile(tmp_path / "child.pid")
    try:
        await eventually(lambda: child.holder() is not None, what="a running child")
        supervisor.kill()
        await eventually(lambda: child.holder() is None, what="the end of the child")
    finally:
        await supervisor.wait()
        if (left := child.holder()) is not None:
            with suppress(ProcessLookupError):
                os.kill(left, signal.SIGKILL)


@pytest.mark.parametrize(
    ("deaths", "ran", "expected"),
    [
        (0, 0.1, (1, 0.5)),
        (1, 0.1, (2, 1.0)),
        (3, 29.9, (4, 4.0)),
        (5, 0.1, (6, 10.0)),
        (100_000, 0.1, (100_001, 10.0)),
        (100_000, 30.0, (1, 0.5)),
    ],
)
def test_pauses_grow_until_a_long_life(deaths: int, ran: float, expected: tuple[int, float]) -> None:
    assert pause_seconds(deaths, ran) == expected
