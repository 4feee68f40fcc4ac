"""Processes of the product without the seconds that its imports take: one that has imported everything forks them.

Each is a process like any other, with its own environment, arguments and output, and runs a module as `python -m` does.
All of them end with the nursery, and it ends with the process that started it.
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import selectors
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from functools import cache
from importlib import import_module
from pathlib import Path
from queue import SimpleQueue

from services.devstack.supervisor import ROOT

IMPORTED = (
    *("server", "services.workers.worker", "services.platforms.sandbox_server", "services.cli.sandbox"),
    *("uvicorn.main", "uvicorn.lifespan.on", "uvicorn.protocols.http.httptools_impl", "uvloop"),
    "resolvers.transport.connection",
)


class Nursery:
    def __init__(self) -> None:
        pipe = subprocess.PIPE
        command = (sys.executable, "-m", "tests.nursery")
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True, start_new_session=True)
        self._turn = threading.Lock()
        self._born: SimpleQueue[int] = SimpleQueue()
        self._ends: dict[int, Future[int]] = {}
        threading.Thread(target=self._listen, daemon=True).start()

    def start(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> tuple[int, Future[int]]:
        """The pid, and the exit code to come, negative for a signal. What it says is added to `log`."""
        assert tuple(command[:2]) == (sys.executable, "-m")
        assert self._process.stdin is not None
        with self._turn:
            self._process.stdin.write(json.dumps([command[2:], dict(environment), str(log)]) + "\n")
            self._process.stdin.flush()
            pid = self._born.get(timeout=100)
            return pid, self._ends[pid]

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            pid, code = json.loads(line)
            if code is None:
                self._ends[pid] = Future()
                self._born.put(pid)
            else:
                self._ends[pid].set_result(code)


@cache
def nursery() -> Nursery:
    """The one of this process, started when it is first needed."""
    return Nursery()


def _tend() -> None:
    """Fork whatever a line asks for, and tell of every end, until there are no more lines."""
    ended, noticed = os.pipe()
    os.set_blocking(noticed, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(noticed)
    living: set[int] = set()
    with selectors.DefaultSelector() as selector:
        selector.register(sys.stdin, selectors.EVENT_READ)
        selector.register(ended, selectors.EVENT_READ)
        while True:
            ready = {key.fd for key, _ in selector.select()}
            if ended in ready:
                os.read(ended, 4096)
                _bury(living)
            if sys.stdin.fileno() in ready:
                line = sys.stdin.readline()
                if not line:
                    break
                living.add(_bear(*json.loads(line)))
    for pid in living:
        os.kill(pid, signal.SIGKILL)


def _bury(living: set[int]) -> None:
    while living and (found := os.waitpid(-1, os.WNOHANG))[0]:
        pid, status = found
        living.discard(pid)
        _say(pid, os.waitstatus_to_exitcode(status))


def _bear(command: list[str], environment: dict[str, str], log: str) -> int:
    if pid := os.fork():
        _say(pid, None)
        return pid
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _redirect(log)
        os.environ.clear()
        os.environ.update(environment)
        code = _run(command)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _redirect(log: str) -> None:
    nothing, told = os.open(os.devnull, os.O_RDONLY), os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.dup2(nothing, 0)
    os.dup2(told, 1)
    os.dup2(told, 2)


def _run(command: list[str]) -> int:
    """As `python -m`; gives the exit code."""
    sys.argv = command
    try:
        runpy.run_module(command[0], run_name="__main__", alter_sys=True)
    except SystemExit as left:
        if isinstance(left.code, int) or left.code is None:
            return left.code or 0
        print(left.code, file=sys.stderr)
        return 1
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def _say(pid: int, code: int | None) -> None:
    os.write(1, (json.dumps([pid, code]) + "\n").encode())


if __name__ == "__main__":
    for module in IMPORTED:
        import_module(module)
    gc.freeze()
    _tend()
