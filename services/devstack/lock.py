"""One product for each DATA_DIR, and pid files that cannot lie.

A lock is held by the kernel for as long as its process lives, so that whatever a kill -9 leaves behind is free for
the taking, and a process id that was given to another program since is never mistaken for ours.
"""

from __future__ import annotations

import fcntl
import os
import signal
from contextlib import suppress
from pathlib import Path

from services.devstack.failure import StartFailure
from services.devstack.waiting import met

ENDING = "ending"


class PidFile:
    """A file that names the process which holds its lock."""

    def __init__(self, path: Path) -> None:
        self.name = path.stem
        self._path = path
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Take the lock and write our process id; False where a living process holds it."""
        self._descriptor = self._lock()
        if self._descriptor is None:
            return False
        self._write(str(os.getpid()))
        return True

    def keep_through_exec(self) -> None:
        """The program that replaces this process goes on holding the lock."""
        assert self._descriptor is not None
        os.set_inheritable(self._descriptor, True)

    def mark_ending(self) -> None:
        """Tell the next one that it is worth waiting."""
        self._write(f"{os.getpid()} {ENDING}")

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def holder(self) -> int | None:
        """The living process that holds the lock, or None."""
        probe = self._lock()
        if probe is not None:
            os.close(probe)
            return None
        words = self._words()
        return int(words[0]) if words else None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the holder, if there is one."""
        holder = self.holder()
        if holder is not None:
            with suppress(ProcessLookupError):
                os.kill(holder, number)

    def is_ending(self) -> bool:
        return ENDING in self._words()

    def _lock(self) -> int | None:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return descriptor

    def _words(self) -> list[str]:
        return self._path.read_text(encoding="ascii").split()

    def _write(self, text: str) -> None:
        assert self._descriptor is not None
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, text.encode("ascii"), 0)


async def take_over(path: Path, patience_seconds: float = 20) -> PidFile:
    """Take the lock of a DATA_DIR, waiting for a former product that is on its way out.

    Raises StartFailure where another product is running.
    """
    lock = PidFile(path)

    async def acquired() -> bool:
        return lock.acquire()

    if await met(acquired, 1) or (lock.is_ending() and await met(acquired, patience_seconds)):
        return lock
    raise StartFailure(
        f"{path.parent} is in use by process {lock.holder()}: stop that one, or choose another DATA_DIR and PORT."
    )


async def end_orphans(folder: Path, patience_seconds: float = 5) -> list[str]:
    """End what a former product left running: asked first, then killed. Returns the names that were alive."""
    files = [PidFile(folder / name) for name in sorted(os.listdir(folder)) if name.endswith(".pid")]
    alive = [file for file in files if file.holder()]

    async def ended() -> bool:
        return not any(file.holder() for file in alive)

    for signal_number in (signal.SIGTERM, signal.SIGKILL):
        for file in alive:
            file.signal(signal_number)
        if await met(ended, patience_seconds):
            break
    return [file.name for file in alive]
