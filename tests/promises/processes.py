"""Processes of the product as a test starts, kills, freezes and ends them."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path

from services.devstack.supervisor import ROOT
from tests.nursery import nursery

Running = tuple[int, "Future[int]"]
"""The pid, and the exit code to come."""


def forked(command: Sequence[str], environment: Mapping[str, str], log: Path) -> Running:
    """At once: its imports are done already."""
    return nursery().start(command, environment, log)


def afresh(command: Sequence[str], environment: Mapping[str, str], log: Path) -> Running:
    """By an interpreter of its own, for who measures starts or memory."""
    with log.open("ab") as said:
        process = subprocess.Popen(command, cwd=ROOT, env=dict(environment), stdout=said, stderr=said)
    end: Future[int] = Future()
    threading.Thread(target=lambda: end.set_result(process.wait()), daemon=True).start()
    return process.pid, end


class Process:
    """One process; what it says goes to the end of `log`. `begin`: `forked` or `afresh`."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        begin: Callable[[Sequence[str], Mapping[str, str], Path], Running] = forked,
    ) -> None:
        self.name = name
        self.starts = 0
        self._begin = begin
        self._command = command
        self._environment = environment
        self._log = log
        self._running: Running | None = None

    @property
    def alive(self) -> bool:
        return self._running is not None and not self._running[1].done()

    @property
    def pid(self) -> int:
        assert self._running is not None
        return self._running[0]

    async def start(self) -> None:
        """Start it, or start it again."""
        assert not self.alive
        self._running = await asyncio.to_thread(self._begin, self._command, self._environment, self._log)
        self.starts += 1

    def send(self, number: signal.Signals) -> None:
        """A signal, where it still lives."""
        if self.alive:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    async def kill(self) -> None:
        """SIGKILL: nothing of it runs on, not even frozen."""
        self.send(signal.SIGKILL)
        await self.ended()

    def freeze(self) -> None:
        self.send(signal.SIGSTOP)

    def thaw(self) -> None:
        self.send(signal.SIGCONT)

    def terminate(self) -> None:
        self.send(signal.SIGTERM)

    async def ended(self) -> int:
        """Its exit code, once it has one."""
        assert self._running is not None
        return await asyncio.wrap_future(self._running[1])

    def said(self) -> str:
        return self._log.read_text("utf-8", "replace") if self._log.exists() else ""


def module(name: str, *arguments: str) -> tuple[str, ...]:
    """The command that runs one of our modules."""
    return (sys.executable, "-m", name, *arguments)
