from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.devstack.failure import StartFailure
from services.devstack.lock import PidFile, end_orphans, take_over
from tests.services.devstack.processes import LIVES_ON, STUBBORN, launch


@pytest.fixture
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    """A process that is not ours, whose id an old pid file may name."""
    process = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
    yield process
    process.kill()
    process.wait()


async def test_a_lock_whose_holder_was_killed_is_taken_over(tmp_path: Path) -> None:
    holder = launch(tmp_path / "lock", LIVES_ON)
    holder.kill()
    holder.communicate()
    lock = await take_over(tmp_path / "lock")
    assert (tmp_path / "lock").read_text() == str(os.getpid())
    lock.release()


async def test_a_lock_that_is_held_names_its_holder(tmp_path: Path) -> None:
    holder = launch(tmp_path / "lock", LIVES_ON)
    with pytest.raises(StartFailure, match=f"in use by process {holder.pid}: stop that one, or choose another"):
        await take_over(tmp_path / "lock")
    assert holder.poll() is None
    holder.kill()
    holder.communicate()


async def test_a_holder_that_is_ending_is_waited_for(tmp_path: Path) -> None:
    former = PidFile(tmp_path / "lock")
    assert former.acquire()
    former.mark_ending()
    waiting = asyncio.create_task(take_over(tmp_path / "lock"))
    done, _ = await asyncio.wait([waiting], timeout=1.5)
    assert not done
    former.release()
    (await waiting).release()


async def test_orphans_are_ended_and_stubborn_ones_killed(tmp_path: Path) -> None:
    polite, stubborn = launch(tmp_path / "api.pid", LIVES_ON), launch(tmp_path / "worker.pid", STUBBORN)
    assert await end_orphans(tmp_path, patience_seconds=1) == ["api", "worker"]
    said, _ = polite.communicate(timeout=10)
    stubborn.communicate(timeout=10)
    assert (said, polite.returncode, stubborn.returncode) == ("ended\n", 0, -9)


async def test_a_stale_pid_file_harms_no_bystander(tmp_path: Path, bystander: subprocess.Popen[bytes]) -> None:
    (tmp_path / "api.pid").write_text(str(bystander.pid))
    assert await end_orphans(tmp_path) == []
    assert bystander.poll() is None


def test_the_same_program_is_not_started_twice(tmp_path: Path) -> None:
    first = launch(tmp_path / "api.pid", LIVES_ON)
    second = launch(tmp_path / "api.pid", LIVES_ON)
    assert second.wait(timeout=10) == 1
    assert (tmp_path / "api.pid").read_text() == str(first.pid)
    for process in (first, second):
        process.kill()
        process.communicate()
