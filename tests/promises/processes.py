"""Processes of the product as a test starts, kills, freezes and ends them."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from services.devstack.supervisor import ROOT


class Process:
    """One process; what it says goes to the end of `log`."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self.name = name
        self.starts = 0
        self._command = command
        self._environment = environment
        self._log = log
        self._running: asyncio.subprocess.Process | None = None

    @property
    def alive(self) -> bool:
        return self._running is not None and self._running.returncode is None

    @property
    def pid(self) -> int:
        assert self._running is not None
        return self._running.pid

    async def start(self) -> None:
        """Start it, or start it again."""
        assert not self.alive
        with self._log.open("ab") as log:
            self._running = await asyncio.create_subprocess_exec(
                *self._command, cwd=ROOT, env=dict(self._environment), stdout=log, stderr=log
            )
        self.starts += 1

    def send(self, number: signal.Signals) -> None:
        """A signal, where it still lives."""
        if self.alive:
            assert self._running is not None
            self._running.send_signal(number)

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
        return await self._running.wait()

    def said(self) -> str:
        return self._log.read_text("utf-8", "replace") if self._log.exists() else ""


def module(name: str, *arguments: str) -> tuple[str, ...]:
    """The command that runs one of our modules."""
    return (sys.executable, "-m", name, *arguments)
