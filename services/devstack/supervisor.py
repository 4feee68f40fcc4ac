"""Keeps programs running: starts them, starts them again when they die, and ends them all on the way out."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from services.devstack.backoff import pause_seconds
from services.runtime.clock import Clock, SystemClock

ROOT = Path(__file__).parents[2]
LONGEST_LINE = 1 << 20

Sink = Callable[[str, str], None]
"""Takes the name of a program and one line of its output."""

Notice = Callable[[str], None]
"""Takes a sentence for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Program:
    """A command with its environment, and how long it may take to end before it is killed."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)
    grace_seconds: float


class Supervisor:
    """`async with` starts the programs; leaving it ends them, all at the same time.

    `pid_files` is the folder where each running program is known by `<name>.pid`.
    """

    def __init__(
        self, programs: Sequence[Program], pid_files: Path, sink: Sink, notice: Notice, clock: Clock | None = None
    ) -> None:
        parts = (pid_files, sink, notice, clock or SystemClock())
        self._children = [_Child(program, *parts) for program in programs]

    async def __aenter__(self) -> Supervisor:
        for child in self._children:
            child.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.gather(*(child.stop() for child in self._children))

    def deaths(self) -> Mapping[str, int]:
        """How often each program has died since it was first started."""
        return {child.name: child.deaths for child in self._children}


class _Child:
    def __init__(self, program: Program, pid_files: Path, sink: Sink, notice: Notice, clock: Clock) -> None:
        self.name = program.name
        self.deaths = 0
        self._program = program
        self._pid_file = pid_files / f"{program.name}.pid"
        self._sink = sink
        self._notice = notice
        self._clock = clock
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep_running())

    async def stop(self) -> None:
        """SIGTERM, and SIGKILL for it and whatever it started once its grace is over."""
        if self._task is None:
            return
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _keep_running(self) -> None:
        deaths_in_a_row = 0
        while True:
            began = self._clock.monotonic()
            code = await self._run_once()
            self.deaths += 1
            deaths_in_a_row, pause = pause_seconds(deaths_in_a_row, self._clock.monotonic() - began)
            self._notice(f"{self.name} ended ({_how(code)}); starting it again in {pause:g} s")
            await self._clock.sleep(pause)

    async def _run_once(self) -> int:
        process = await self._spawn()
        reading = asyncio.create_task(self._read(process))
        try:
            return await process.wait()
        finally:
            await self._end(process)
            await _finish(reading)

    async def _spawn(self) -> asyncio.subprocess.Process:
        launcher = (sys.executable, "-m", "services.devstack.launch", str(self._pid_file))
        return await asyncio.create_subprocess_exec(
            *launcher,
            *self._program.command,
            cwd=ROOT,
            env={**self._program.environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            limit=LONGEST_LINE,
        )

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        while line := await _line(process.stdout):
            self._sink(self.name, line.decode("utf-8", "replace").rstrip("\n"))

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        if process.returncode is None:
            process.terminate()
            with suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), self._program.grace_seconds)
        with suppress(ProcessLookupError):  # what it has started goes with it
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def _line(stream: asyncio.StreamReader) -> bytes:
    """The next line, cut where it is longer than any line should be; empty at the end."""
    try:
        return await stream.readline()
    except ValueError:
        return b"[a line too long to keep]\n"


async def _finish(reading: asyncio.Task[None]) -> None:
    """The last lines are already in the pipe; a grandchild that lives on must not keep us reading."""
    with suppress(TimeoutError):
        await asyncio.wait_for(reading, 1)


def _how(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
